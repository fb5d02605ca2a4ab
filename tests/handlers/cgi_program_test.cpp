#include <cstdlib>
#include <fcntl.h>
#include <semaphore>
#include <string>
#include <support/temporary_directory.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <thread>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "cgi_child.h"
#include "support/slow_bodies.h"
#include <turngate/os/fd.h>

using namespace turngate;
using namespace turngate::test;
using std::chrono::milliseconds;

namespace {

// Tells when the first of a response has come.
struct Started final : ResponseSink {
    void on_head(int, const Headers&) override {}
    void on_body(std::string_view) override {
        if (!std::exchange(is_up, true)) up.release();
    }
    void on_flush() override {}
    void on_finish() override {}
    void on_abort() noexcept override {}
    std::binary_semaphore up{0};
    bool is_up = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cgi_program_answers)

BOOST_AUTO_TEST_CASE(a_program_gets_the_body_and_its_output_is_the_answer) {
    Response r = run({"cgi-echo"}, Request::post("/", "hello"));
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.headers.get("Content-Type") == "text/plain");
    BOOST_TEST(r.body == "hello");
}

BOOST_AUTO_TEST_CASE(the_environment_is_that_of_cgi_and_the_variables_named) {
    ::setenv("HTTP_PROXY", "http://evil", 1);
    ::setenv("LD_AUDIT_OF_OURS", "x", 1);
    ::setenv("MODE", "test", 1);
    CgiProgramOptions options = child({"cgi-environment"});
    options.inherit = {"MODE", "NO_SUCH_VARIABLE"};
    Request request = Request::get("/a%20b/c?x=1");
    request.url.strip_prefix("/a%20b");
    request.headers.add("Proxy", "http://evil");
    request.remote_address = "192.0.2.1";
    Response r = record(*cgi_program(options), std::move(request));
    ::unsetenv("HTTP_PROXY");
    BOOST_TEST(r.body ==
               "GATEWAY_INTERFACE=CGI/1.1\nMODE=test\nPATH=/usr/local/bin:/usr/bin:/bin\n"
               "PATH_INFO=/c\nQUERY_STRING=x=1\nREDIRECT_STATUS=200\nREMOTE_ADDR=192.0.2.1\n"
               "REMOTE_HOST=192.0.2.1\nREQUEST_METHOD=GET\nREQUEST_SCHEME=http\n"
               "REQUEST_URI=/a%20b/c?x=1\nSCRIPT_FILENAME=" TURNGATE_TEST_CHILD
               "\nSCRIPT_NAME=/a b\nSERVER_NAME=localhost\nSERVER_PORT=80\n"
               "SERVER_PROTOCOL=HTTP/1.1\nSERVER_SOFTWARE=turngate\n");
}

BOOST_AUTO_TEST_CASE(the_query_never_becomes_an_argument) {
    Response r = run({}, Request::get("/?cgi-echo+x"));  // section 4.4's indexed query
    BOOST_TEST(r.status == 502);                         // no argument: it writes nothing
    // What made php-cgi show its source and run what a client sent (CVE-2012-1823, CVE-2024-4577).
    for (const char* query :
         {"-s", "-d+allow_url_include%3d1+-d+auto_prepend_file%3dphp://input", "%ADd+x", "a+b+c"})
        BOOST_TEST(run({"cgi-arguments"}, Request::get("/?" + std::string(query))).body ==
                   "cgi-arguments\n");
}

BOOST_AUTO_TEST_CASE(a_body_of_unknown_length_gets_one) {
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<Blocks>(5, [](int) {}), std::nullopt);
    BOOST_TEST(run({"cgi-echo"}, std::move(request)).body.size() == 5000u);
}

BOOST_AUTO_TEST_CASE(a_long_body_of_unknown_length_waits_in_a_file) {
    const test::TemporaryDirectory here;
    const auto echoed = [&](const std::string& directory, std::uint64_t most) {
        CgiProgramOptions options = child({"cgi-echo"});
        options.spool_memory = 1000;
        options.spool_directory = directory;
        options.max_body = most;
        Request request = Request::make("POST", "/");
        request.body = Body(std::make_unique<Blocks>(12'000, [](int) {}), std::nullopt);
        return record(*cgi_program(std::move(options)), std::move(request));
    };
    BOOST_TEST(echoed(here.path(), 12'000'000).body.size() == 12'000'000u);
    BOOST_TEST(std::filesystem::is_empty(here.path()));
    BOOST_TEST(echoed(here / "none", 12'000'000).status == 507);
    const Response refused = echoed(here.path(), 11'999'999);
    BOOST_TEST(refused.status == 413);
    BOOST_TEST(refused.body == "the request body is larger than 11999999 bytes\n");
}

BOOST_AUTO_TEST_CASE(a_body_of_a_known_length_has_the_same_limit) {
    CgiProgramOptions options = child({"cgi-echo"});
    options.max_body = 4;
    const HandlerPtr handler = cgi_program(std::move(options));
    BOOST_TEST(record(*handler, Request::post("/", "1234")).body == "1234");
    BOOST_TEST(record(*handler, Request::post("/", "12345")).status == 413);
}

BOOST_AUTO_TEST_CASE(credentials_are_for_programs_only_where_it_is_said) {
    CgiProgramOptions options = child({"cgi-environment"});
    const auto seen = [&] {
        Request request = Request::get("/");
        request.headers.add("Authorization", "Basic YTpi");
        return record(*cgi_program(options), std::move(request)).body;
    };
    BOOST_TEST(seen().find("AUTHORIZATION") == std::string::npos);
    options.pass_authorization = true;
    BOOST_TEST(seen().find("HTTP_AUTHORIZATION=Basic YTpi\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_script_without_turngate_in_it_answers) {
    test::TemporaryDirectory here;
    const std::string script = here.write("hello.sh", R"sh(#!/bin/sh
echo "Status: 201 Created"
echo "Content-Type: text/plain"
echo "Set-Cookie: a=1"
echo "Set-Cookie: b=2"
echo
echo "$REQUEST_METHOD $PATH_INFO $QUERY_STRING $(pwd)"
cat
)sh",
                                          true);
    Response r = record(*cgi_program({.path = script}), Request::post("/x%20y?q=%20", "in"));
    BOOST_TEST(r.status == 201);
    BOOST_TEST(r.headers.values("Set-Cookie").size() == 2u);
    BOOST_TEST(r.body == "POST /x y q=%20 " + here.path() + "\nin");
}

BOOST_AUTO_TEST_CASE(a_local_redirect_is_answered_by_the_program_itself) {
    test::TemporaryDirectory here;
    const std::string script = here.write("r.sh", R"sh(#!/bin/sh
case $PATH_INFO in
    /old) printf 'Location: %s/new?from=old\n\n' "$SCRIPT_NAME";;
    /else) printf 'Location: /elsewhere\n\n';;
    /loop) printf 'Location: %s/loop\n\n' "$SCRIPT_NAME";;
    *) printf 'Content-Type: text/plain\n\n%s' "$REQUEST_METHOD $PATH_INFO $QUERY_STRING ${CONTENT_LENGTH-none}";;
esac
)sh",
                                          true);
    auto ask = [&](const char* path) {
        Request request = Request::post(path, "body");
        BOOST_TEST_REQUIRE(request.url.strip_prefix("/app"));
        return record(*cgi_program({.path = script}), std::move(request));
    };
    BOOST_TEST(ask("/app/old").body == "GET /new from=old none");
    const Response elsewhere = ask("/app/else");
    BOOST_TEST(elsewhere.status == 302);
    BOOST_TEST(elsewhere.headers.get("Location") == "/elsewhere");
    BOOST_TEST(ask("/app/loop").status == 502);
}

BOOST_AUTO_TEST_CASE(redirects_come_to_an_end) {
    test::TemporaryDirectory here;
    const std::string script =
        here.write("r.sh", "#!/bin/sh\nprintf 'Location: %sx\\n\\n' \"$REQUEST_URI\"", true);
    Log log;
    Request request = Request::get("/");
    request.context.reporter = &log;
    BOOST_TEST(record(*cgi_program({.path = script}), std::move(request)).status == 502);
    BOOST_TEST(log.has("the CGI program " + script + " redirects for ever"));
}

BOOST_AUTO_TEST_CASE(a_path_with_a_control_character_reaches_no_program) {
    BOOST_TEST(run({"cgi-environment"}, Request::get("/a%00b")).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cgi_program_fails_alone)

BOOST_AUTO_TEST_CASE(a_program_that_never_answers_ends_in_504) {
    CgiProgramOptions options = child({"cgi-hang", ""});
    options.timeout = milliseconds(30);
    Log log;
    Request request = Request::get("/");
    request.context.reporter = &log;
    BOOST_TEST(record(*cgi_program(options), std::move(request)).status == 504);
    BOOST_TEST(log.has(program + "did not finish in time"));
}

BOOST_AUTO_TEST_CASE(the_deadline_of_the_request_counts_too) {
    Request request = Request::get("/");
    request.context.deadline = Context::Clock::now() + milliseconds(30);
    BOOST_TEST(run({"cgi-hang", "Content-Type: text/plain\n\nsome"}, std::move(request)).status ==
               504);
}

BOOST_AUTO_TEST_CASE(a_program_that_ignores_its_input_and_never_answers_ends_in_504) {
    CgiProgramOptions options = child({"cgi-hang", ""});
    options.timeout = milliseconds(30);
    Request request = Request::post("/", std::string(1 << 20, 'x'));
    BOOST_TEST(record(*cgi_program(options), std::move(request)).status == 504);
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_ends_its_program_and_leaves_no_zombie) {
    std::stop_source stop;
    Request request = Request::get("/");
    request.context.stop = stop.get_token();
    Recorder recorder;
    Outcome outcome;
    const HandlerPtr handler =
        cgi_program(child({"cgi-hang", "Content-Type: text/event-stream\n\n:\n\n"}));
    std::thread server([&] {
        outcome = serve(*handler, request, recorder);
        settle(request.context, outcome);
    });
    stop.request_stop();
    server.join();
    BOOST_TEST(!outcome.complete);
    BOOST_CHECK_THROW(std::rethrow_exception(outcome.error), Cancelled);
    BOOST_TEST(programs_left() == 0u);
}

BOOST_AUTO_TEST_CASE(past_its_time_what_the_program_has_started_ends_too) {
    test::TemporaryDirectory here;
    const std::string file = here.write("lock", "");
    CgiProgramOptions options = child({"cgi-family", file});
    options.timeout = milliseconds(300);
    BOOST_TEST(record(*cgi_program(options), Request::get("/")).status == 504);
    const os::Fd lock(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    BOOST_TEST(::flock(lock.get(), LOCK_EX) == 0);  // once all of them have let go of it
}

BOOST_AUTO_TEST_CASE(its_time_begins_when_the_program_is_asked_for) {
    CgiProgramOptions options = child({"cgi-echo"});
    options.timeout = milliseconds(2000);  // in which a busy machine starts a program
    Request request = Request::make("POST", "/");
    request.body = Body(
        std::make_unique<test::LateBody>(5, Context::Clock::now() + options.timeout), std::nullopt);
    BOOST_TEST(record(*cgi_program(options), std::move(request)).body == "lllll");
}

BOOST_AUTO_TEST_CASE(who_waits_no_more_is_not_kept_waiting_for_the_body) {
    std::stop_source stop;
    Request request = Request::make("POST", "/");
    request.body = Body(std::make_unique<test::SilentBody>([&] { stop.request_stop(); }), {});
    request.context.stop = stop.get_token();
    Recorder recorder;
    const HandlerPtr handler = cgi_program(child({"cgi-echo"}));
    BOOST_CHECK_THROW(handler->serve(request, recorder), Cancelled);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_place_in_vain_is_told_to_come_again) {
    CgiProgramOptions options = child({"cgi-hang", "Content-Type: text/plain\n\nsome"});
    options.max_processes = 1;
    options.timeout = milliseconds(0);
    options.queue_timeout = milliseconds(50);
    const HandlerPtr handler = cgi_program(options);
    std::stop_source stop;
    Request running = Request::get("/");
    running.context.stop = stop.get_token();
    Started started;
    ResponseWriter response(started);
    Outcome outcome;
    std::thread server([&] { outcome = serve(*handler, running, response); });
    started.up.acquire();
    const Response late = record(*handler, Request::get("/"));
    BOOST_TEST(late.status == 503);
    BOOST_TEST(late.headers.contains("Retry-After"));
    stop.request_stop();
    server.join();
    settle(running.context, outcome);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_send_keeps_no_program_past_its_time) {
    test::TemporaryDirectory here;
    const std::string file = here.write("lock", "");
    CgiProgramOptions options = child({"cgi-family", file});
    options.timeout = milliseconds(300);
    Request request = Request::post("/", "");
    request.body = Body(std::make_unique<test::SilentBody>(), 10);
    BOOST_TEST(record(*cgi_program(options), std::move(request)).status == 504);
    const os::Fd lock(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    BOOST_TEST(::flock(lock.get(), LOCK_EX) == 0);
}

BOOST_AUTO_TEST_CASE(a_program_that_has_answered_may_go_on_until_its_time_is_over) {
    CgiProgramOptions options = child({"cgi-closed"});
    options.timeout = milliseconds(1500);
    Recorder recorder;
    Request request = Request::get("/");
    const HandlerPtr handler = cgi_program(options);
    Outcome outcome = serve(*handler, request, recorder);
    BOOST_TEST(outcome.complete);
    BOOST_TEST(recorder.response().body == "done\n");
    settle(request.context, outcome);
    request.context = Context();
    BOOST_TEST(programs_left() == 0u);
}

BOOST_AUTO_TEST_CASE(a_program_that_has_answered_is_fed_no_more_and_sees_the_end) {
    Log log;
    Request request = Request::post("/", std::string(3 << 20, 'x'));
    request.context.reporter = &log;
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(run({"cgi-closed-reader"}, std::move(request)).body == "done\n");
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(20)));
    BOOST_TEST_REQUIRE(log.lines.size() == 1u);
    BOOST_TEST(log.lines[0].starts_with("read "));
}

BOOST_AUTO_TEST_CASE(a_location_that_is_no_target_is_the_programs_fault) {
    Log log;
    for (const char* location : {"/a%00b", "/a b", "/a#b"})
        BOOST_TEST(reply("Location: " + std::string(location) + "\n\n", log).status == 502,
                   location);
}

BOOST_AUTO_TEST_CASE(the_longest_timeout_there_is_is_no_timeout) {
    CgiProgramOptions options = child({"cgi-echo"});
    options.timeout = milliseconds::max();
    BOOST_TEST(record(*cgi_program(options), Request::post("/", "x")).body == "x");
}

BOOST_AUTO_TEST_CASE(a_timeout_of_zero_is_none) {
    CgiProgramOptions options = child({"cgi-echo"});
    options.timeout = milliseconds(0);
    BOOST_TEST(record(*cgi_program(options), Request::post("/", "x")).body == "x");
}

BOOST_AUTO_TEST_CASE(past_the_bound_a_request_waits_and_is_then_refused) {
    CgiProgramOptions options =
        child({"cgi-hang", "Content-Type: text/event-stream\n\ndata: up\n\n"});
    options.max_processes = 1;
    const HandlerPtr handler = cgi_program(options);
    Started sink;
    std::stop_source stop;
    Request first = Request::get("/");
    first.context.stop = stop.get_token();
    std::thread running([&] {
        ResponseWriter response(sink);
        settle(first.context, serve(*handler, first, response));
    });
    sink.up.acquire();
    auto ask = [&](Log& log) {
        Request request = Request::get("/");
        request.context.deadline = Context::Clock::now() + milliseconds(30);
        request.context.reporter = &log;
        return record(*handler, std::move(request));
    };

    Log refused, served;
    const Response busy = ask(refused);
    stop.request_stop();
    running.join();
    ask(served);

    BOOST_TEST(busy.status == 503);
    BOOST_TEST(busy.headers.get("Retry-After") == "1");
    BOOST_TEST(refused.has(
        "as many CGI programs run as may, and none ended in time for " TURNGATE_TEST_CHILD));
    BOOST_TEST(served.has(program + "did not finish in time"));  // it got the place
}

BOOST_AUTO_TEST_CASE(more_fields_than_a_program_is_given_are_refused_by_their_number) {
    Request request = Request::get("/");
    for (int i = 0; i < 1001; ++i)
        request.headers.add("X-" + std::to_string(i), "v");
    const Response r = run({"cgi-echo"}, std::move(request));
    BOOST_TEST(r.status == 431);
    BOOST_TEST(r.body ==
               "the request has 1001 header fields, and a CGI program is given at most 1000\n");
}

BOOST_AUTO_TEST_CASE(a_field_or_a_target_that_no_program_can_be_given_is_the_clients_fault) {
    Request long_field = Request::get("/");
    long_field.headers.add("X-Long", std::string(131'072, 'x'));
    const Response r = run({"cgi-echo"}, std::move(long_field));
    BOOST_TEST(r.status == 431);
    BOOST_TEST(r.body ==
               "the CGI variable HTTP_X_LONG would have 131084 bytes, and a program is "
               "given at most 131071 in one\n");
    BOOST_TEST(run({"cgi-echo"}, Request::get("/?" + std::string(131'072, 'q'))).status == 414);
    BOOST_TEST(run({"cgi-echo"}, Request::get("/" + std::string(131'072, 'p'))).status == 414);

    Request many = Request::get("/");
    for (int i = 0; i < 9; ++i)
        many.headers.add("X-" + std::to_string(i), std::string(120'000, 'x'));
    BOOST_TEST(run({"cgi-echo"}, std::move(many)).status == 431);
}

BOOST_AUTO_TEST_CASE(the_longest_field_there_may_be_reaches_the_program) {
    Request request = Request::get("/");
    const std::string value(131'071 - std::string("HTTP_X_LONG=").size(), 'x');
    request.headers.add("X-Long", value);
    const Response r = run({"cgi-environment"}, std::move(request));
    BOOST_TEST(r.status == 200);
    BOOST_TEST((r.body.find("HTTP_X_LONG=" + value + "\n") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_is_refused_when_it_is_opened) {
    test::TemporaryDirectory here;
    BOOST_CHECK_THROW(cgi_program({.path = here / "none"}), Error);
    BOOST_CHECK_THROW(cgi_program({.path = here.path()}), Error);
    BOOST_CHECK_THROW(cgi_program({.path = here.write("plain", "")}), Error);
}

BOOST_AUTO_TEST_CASE(a_program_that_vanishes_fails_its_requests_only) {
    test::TemporaryDirectory here;
    const std::string script = here.write("s", "#!/bin/sh\nprintf 'Status: 204\\n\\n'", true);
    const HandlerPtr handler = cgi_program({.path = script});
    BOOST_TEST(record(*handler, Request::get("/")).status == 204);
    std::filesystem::rename(script, script + ".away");
    BOOST_TEST(record(*handler, Request::get("/")).status == 502);
    std::filesystem::rename(script + ".away", script);
    BOOST_TEST(record(*handler, Request::get("/")).status == 204);
}

BOOST_AUTO_TEST_CASE(a_missing_interpreter_is_not_taken_for_a_missing_program) {
    const test::TemporaryDirectory here;
    for (const char* line : {"#!/no/such/shell\n", "#!/bin/sh\r\n"}) {
        Log log;
        Request request = Request::get("/");
        request.context.reporter = &log;
        const HandlerPtr handler = cgi_program({.path = here.write("s", line, true)});
        BOOST_TEST(record(*handler, std::move(request)).status == 502);
        BOOST_REQUIRE(!log.lines.empty());
        BOOST_TEST(log.lines.back().find("the interpreter that its first line names") !=
                   std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

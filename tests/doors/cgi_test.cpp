#include <csignal>
#include <fcntl.h>
#include <string>
#include <support/forged_variables.h>
#include <support/skip.h>
#include <support/temporary_directory.h>

#include <boost/test/unit_test.hpp>

#include <turngate/handlers/cgi_program.h>
#include <turngate/http/serve.h>
#include <turngate/os/socket.h>
#include <turngate/os/subprocess.h>

using namespace turngate;
using std::chrono::milliseconds;

namespace {

struct Run {
    std::string out;
    std::string err;
    os::ExitStatus status;
};

std::string read_all(int fd) {
    std::string all(2 << 20, '\0');
    all.resize(os::read_whole(fd, all));
    return all;
}

std::vector<std::string> variables(const std::string& method, const std::string& uri,
                                   const std::string& length = {}) {
    std::vector<std::string> out = {"GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=" + method,
                                    "REQUEST_URI=" + uri, "SERVER_PROTOCOL=HTTP/1.1"};
    if (!length.empty()) out.push_back("CONTENT_LENGTH=" + length);
    return out;
}

// Runs the program as a web server would, and leaves its input open unless there is none left.
Run run(std::vector<std::string> environment, const std::string& input = {}) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, std::move(environment)});
    try {
        os::write_whole(p.in.get(), input);
    } catch (const std::system_error&) {  // it need not read
    }
    Run out;
    out.out = read_all(p.out.get());
    out.err = read_all(p.err.get());
    out.status = *p.wait();
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cgi_door)

BOOST_AUTO_TEST_CASE(a_request_is_read_and_answered) {
    const Run r = run(variables("POST", "/echo", "5"), "hello");
    BOOST_TEST(r.out.starts_with("Status: 200 OK\r\n"));
    BOOST_TEST(r.out.find("\r\nContent-Length: 5\r\n") != std::string::npos);
    BOOST_TEST(r.out.ends_with("\r\n\r\nhello"));
    BOOST_TEST(r.status.success());
    BOOST_TEST(r.err == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_read_past_the_length) {
    // Its input stays open and has more: a program that reads to the end would wait for ever.
    const Run r = run(variables("POST", "/echo", "5"), "helloGET / HTTP/1.1");
    BOOST_TEST(r.out.ends_with("\r\n\r\nhello"));
}

BOOST_AUTO_TEST_CASE(without_a_length_there_is_no_body) {
    BOOST_TEST(run(variables("POST", "/echo"), "hello").out.ends_with("Content-Length: 0\r\n\r\n"));
    BOOST_TEST(run(variables("POST", "/echo", " ")).out.starts_with("Status: 400 "));
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_early_is_a_bad_request) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, variables("POST", "/echo", "50")});
    os::write_whole(p.in.get(), "hello");
    p.in.reset();
    BOOST_TEST(read_all(p.out.get()).starts_with("Status: 400 "));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_send_does_not_hold_up_its_answer) {
    BOOST_TEST(run(variables("POST", "/unwanted", "50"), "hello").out.starts_with("Status: 504 "));
}

BOOST_AUTO_TEST_CASE(a_body_past_the_limit_is_refused_unread) {
    auto environment = variables("POST", "/ignore", "5000");
    environment.push_back("TURNGATE_MAX_BODY=4k");
    BOOST_TEST(run(environment).out.starts_with("Status: 413 "));
}

BOOST_AUTO_TEST_CASE(a_wrong_environment_is_answered_too) {
    BOOST_TEST(run(variables("G T", "/")).out.starts_with("Status: 400 "));
    BOOST_TEST(run(variables("GET", "no-slash")).out.starts_with("Status: 400 "));
    BOOST_TEST(run({"TURNGATE_AS=cgi"}).out.starts_with("Status: 502 "));
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_answered_and_logged) {
    const Run r = run(variables("GET", "/throw"));
    BOOST_TEST(r.out.starts_with("Status: 500 "));
    BOOST_TEST(r.err == "error thrown on purpose\n");
    BOOST_TEST(r.status.success());
}

BOOST_AUTO_TEST_CASE(a_response_that_breaks_off_is_seen_by_how_the_program_ends) {
    const Run r = run(variables("GET", "/break"));
    BOOST_TEST(r.out.starts_with("Status: 200 OK\r\n"));
    BOOST_TEST(r.status.signal == SIGTERM);
    Recorder recorder;
    Request request = Request::get("/break");
    const Outcome outcome = serve(*cgi_program({.path = TURNGATE_DOOR_PROGRAM}), request, recorder);
    settle(request.context, outcome);
    BOOST_TEST(!outcome.complete);
    BOOST_CHECK_THROW(std::rethrow_exception(outcome.error), ProtocolError);
}

BOOST_AUTO_TEST_CASE(what_a_handler_prints_does_not_mix_with_the_response) {
    const Run r = run(variables("GET", "/print"));
    BOOST_TEST(r.out.ends_with("\r\n\r\nwritten"));
    BOOST_TEST(r.err == "printed\n");
}

BOOST_AUTO_TEST_CASE(deferred_tasks_run_when_the_output_has_ended) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, variables("GET", "/later")});
    BOOST_TEST(read_all(p.out.get()).ends_with("\r\n\r\nnow"));
    BOOST_TEST(read_all(p.err.get()) == "later\n");
}

BOOST_AUTO_TEST_CASE(a_web_server_that_has_gone_ends_the_request) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, variables("GET", "/large")});
    p.out.reset();
    BOOST_TEST(p.wait()->signal == SIGTERM);  // and not SIGPIPE
}

BOOST_AUTO_TEST_CASE(a_stream_is_asked_to_stop) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, variables("GET", "/until-stopped")});
    std::string seen;
    for (char c = 0; !seen.ends_with("\r\n\r\nup") && os::read_some(p.out.get(), {&c, 1}) == 1;)
        seen += c;
    p.kill(SIGTERM);
    BOOST_TEST(read_all(p.err.get()) == "stopped\n");
    BOOST_TEST(p.wait()->success());
}

BOOST_AUTO_TEST_CASE(before_it_answers_a_program_ends_by_sigterm_like_any_other) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, variables("GET", "/hang")});
    p.kill(SIGTERM);
    BOOST_TEST(p.wait()->signal == SIGTERM);
    BOOST_TEST(read_all(p.out.get()) == "");
}

BOOST_AUTO_TEST_CASE(an_answer_is_written_at_once_with_its_head) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {}, variables("GET", "/print")});
    std::string first(4096, '\0');
    first.resize(os::read_some(p.out.get(), first));
    BOOST_TEST(first.ends_with("\r\n\r\nwritten"));
}

BOOST_AUTO_TEST_CASE(arguments_of_the_query_are_no_command) {
    os::Subprocess p({TURNGATE_DOOR_PROGRAM, {"--help"}, variables("GET", "/echo?--help")});
    BOOST_TEST(read_all(p.out.get()).starts_with("Status: 200 "));
}

BOOST_AUTO_TEST_CASE(our_own_handler_for_programs_gets_through_it) {
    const HandlerPtr handler = cgi_program({.path = TURNGATE_DOOR_PROGRAM});
    const std::string body(1 << 20, 'x');
    Response r = record(*handler, Request::post("/echo", body));
    BOOST_TEST(r.status == 200);
    BOOST_TEST((r.body == body));
    Request request = Request::get("/a%20b/facts?x");
    request.url.strip_prefix("/a%20b");
    request.url.host = "example.com";
    request.remote_address = "192.0.2.1";
    BOOST_TEST(record(*handler, std::move(request)).body ==
               "GET /a%20b /a%20b/facts?x example.com 192.0.2.1 HTTP/1.1\n");
}

BOOST_AUTO_TEST_CASE(what_only_the_front_may_say_does_not_come_through) {
    auto environment = variables("GET", "/head");
    for (const char* more : test::forged_variables)
        environment.emplace_back(more);
    environment.emplace_back("HTTP_OK=1");
    BOOST_TEST(run(environment).out.ends_with("\r\n\r\nok: 1\n"));
}

BOOST_AUTO_TEST_CASE(whom_the_front_has_authenticated_is_believed_only_when_told_so) {
    auto environment = variables("GET", "/head");
    environment.insert(environment.end(), {"REMOTE_USER=ada", "AUTH_TYPE=Basic"});
    BOOST_TEST(run(environment).out.find("ada") == std::string::npos);
    environment.emplace_back("TURNGATE_TRUST_REMOTE_USER=on");
    BOOST_TEST(run(environment).out.ends_with("\r\n\r\nuser ada by Basic\n"));
    environment.back() = "TURNGATE_TRUST_REMOTE_USER=yes";
    const Run r = run(environment);
    BOOST_TEST(r.status.code == 2);
    BOOST_TEST(r.err.find("expected on or off") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_CASE(a_path_with_a_dot_segment_is_refused_unless_told_otherwise) {
    for (const char* uri : {"/..", "/a/../echo", "/./echo", "/echo/%2E%2e/", "/a/..%2f..%2fecho"})
        BOOST_TEST(run(variables("GET", uri)).out.starts_with("Status: 400 Bad Request\r\n"), uri);
    for (const char* uri : {"/...", "/a/..b", "/.a", "/%252e%252e/", "/a?/../b"})
        BOOST_TEST(run(variables("GET", uri)).out.starts_with("Status: 200 OK\r\n"), uri);
    auto environment = variables("GET", "/a/../facts");
    environment.emplace_back("TURNGATE_PASS_DOT_SEGMENTS=on");
    BOOST_TEST(run(environment).out.starts_with("Status: 200 OK\r\n"));
    auto told = variables("GET", "");
    told.insert(told.end(), {"SCRIPT_NAME=/a", "PATH_INFO=/../b"});
    BOOST_TEST(run(told).out.starts_with("Status: 400 "));
}

BOOST_AUTO_TEST_CASE(fields_of_a_connection_and_a_second_status_are_left_out) {
    const std::string head = "Status: 200 OK\r\nX-C: 2\r\n";
    const Run r = run(variables("GET", "/connection"));
    BOOST_TEST(r.out.starts_with(head), r.out);
    BOOST_TEST(r.out.find("X-B") == std::string::npos, r.out);
}

BOOST_AUTO_TEST_CASE(a_program_named_nph_writes_a_reply_of_http) {
    for (const char* name : {"SCRIPT_NAME=/cgi-bin/nph-app", "SCRIPT_FILENAME=/srv/nph-app"}) {
        auto environment = variables("GET", "/connection");
        environment.emplace_back(name);
        const std::string out = run(environment).out;
        BOOST_TEST(out.starts_with("HTTP/1.1 200 OK\r\nX-C: 2\r\n"), out);
        BOOST_TEST(out.find("\r\nDate: ") != std::string::npos, out);
        BOOST_TEST(out.ends_with("\r\nConnection: close\r\n\r\nfine"), out);
    }
    auto environment = variables("GET", "/connection");
    environment.emplace_back("SCRIPT_NAME=/nph-bin/app");
    BOOST_TEST(run(environment).out.starts_with("Status: 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(its_file_is_what_counts_where_the_path_says_something_else) {
    auto environment = variables("GET", "/connection");
    environment.insert(environment.end(), {"SCRIPT_NAME=/app/nph-x", "SCRIPT_FILENAME=/srv/app"});
    BOOST_TEST(run(environment).out.starts_with("Status: 200 OK\r\n"));
    environment = variables("GET", "/connection");
    environment.insert(environment.end(), {"SCRIPT_NAME=/app", "SCRIPT_FILENAME=/srv/nph-app"});
    BOOST_TEST(run(environment).out.starts_with("HTTP/1.1 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_written_is_logged) {
    const test::TemporaryDirectory directory;
    const std::string log = directory / "log";
    const std::string command = "exec " TURNGATE_DOOR_PROGRAM " >/dev/full 2>'" + log + "'";
    os::Subprocess p({"/bin/sh", {"-c", command}, variables("GET", "/echo")});
    BOOST_TEST(p.wait()->signal == SIGTERM);
    const os::Fd file(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
    const std::string said = read_all(file.get());
    BOOST_TEST(said.starts_with("warn the web server takes no more: "), said);
}

// A web server that none of us wrote: Python's http.server.
BOOST_AUTO_TEST_CASE(it_works_behind_another_web_server) {
    test::TemporaryDirectory here;  // where Python goes as nobody, when it is root
    std::filesystem::permissions(here.path(), std::filesystem::perms(0755));
    std::filesystem::create_directory(here / "cgi-bin");
    std::filesystem::create_symlink(TURNGATE_DOOR_PROGRAM, here / "cgi-bin/app");
    const std::string server = here.write("serve.py", R"py(#!/usr/bin/env python3
import http.server, os, sys
class Handler(http.server.CGIHTTPRequestHandler):
    def log_message(self, *arguments): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
)py",
                                          true);
    const char* path = std::getenv("PATH");
    os::Subprocess python({server, {}, {std::string("PATH=") + path}, here.path()});
    char line[16] = "";
    if (os::read_some(python.out.get(), line) == 0) {
        return test::skip("python3 has no http.server with CGI: " + read_all(python.err.get()));
    }
    auto ask = [&](const std::string& request) {
        os::Fd fd = os::connect_to({"", "127.0.0.1", std::atoi(line)}, milliseconds(5000));
        os::write_whole(fd.get(), request);
        return read_all(fd.get());
    };
    const std::string echo =
        ask("POST /cgi-bin/app/echo HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: "
            "5\r\n\r\nhello");
    BOOST_TEST(echo.ends_with("\r\n\r\nhello"), echo);
    const std::string facts =
        ask("GET /cgi-bin/app/facts?a=%20 HTTP/1.0\r\nHost: example.com\r\n\r\n");
    BOOST_TEST(facts.find("GET /cgi-bin/app /cgi-bin/app/facts") != std::string::npos, facts);
    BOOST_TEST(facts.find("Status: 200") != std::string::npos, facts);
}

BOOST_AUTO_TEST_SUITE_END()

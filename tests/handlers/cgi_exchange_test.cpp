// What a CGI program and its client say to each other, in whatever order, and what is no answer.
#include <fstream>
#include <semaphore>
#include <string>
#include <support/temporary_directory.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "cgi_child.h"

using namespace turngate;
using namespace turngate::test;

BOOST_AUTO_TEST_SUITE(cgi_exchange)

BOOST_AUTO_TEST_CASE(a_body_and_an_answer_larger_than_any_pipe_pass_each_other) {
    const std::string body(3 << 20, 'x');
    Response r = run({"cgi-stream"}, Request::post("/", body));
    BOOST_TEST((r.body == body));
}

BOOST_AUTO_TEST_CASE(a_program_may_write_all_before_it_reads) {
    Response r = run({"cgi-large"}, Request::post("/", std::string(3 << 20, 'x')));
    BOOST_TEST(r.body.size() == (1u << 20) + 7);
    BOOST_TEST(r.body.ends_with("3145728"));
}

BOOST_AUTO_TEST_CASE(a_program_need_not_read_its_input) {
    Response r =
        run({"write", "Status: 413\n\ntoo much"}, Request::post("/", std::string(3 << 20, 'x')));
    BOOST_TEST(r.status == 413);
    BOOST_TEST(r.body == "too much");
}

BOOST_AUTO_TEST_CASE(without_a_body_the_input_is_at_its_end) {
    Response r = run({"cgi-echo"}, Request::get("/"));
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "");
}

BOOST_AUTO_TEST_CASE(a_body_that_still_arrives_is_passed_on_as_it_comes) {
    // The last block comes only after the client has seen the first one echoed.
    std::binary_semaphore seen{0};
    struct Sink final : ResponseSink {
        explicit Sink(std::binary_semaphore& s) : first(s) {}
        void on_head(int, const Headers&) override {}
        void on_body(std::string_view chunk) override {
            if (body.empty()) first.release();
            body += chunk;
        }
        void on_flush() override {}
        void on_finish() override {}
        void on_abort() noexcept override {}
        std::binary_semaphore& first;
        std::string body;
    } sink(seen);
    Request request = streamed(12, [&](int block) {
        if (block == 11) seen.acquire();
    });
    ResponseWriter response(sink, "POST");
    Outcome outcome = serve(*cgi_program(child({"cgi-stream"})), request, response);
    settle(request.context, outcome);
    BOOST_TEST(outcome.complete);
    BOOST_TEST((sink.body == std::string(12'000, 'b')));
}

BOOST_AUTO_TEST_CASE(an_event_stream_is_flushed) {
    Recorder recorder;
    Request request = Request::get("/");
    const HandlerPtr handler =
        cgi_program(child({"write", "Content-Type: text/event-stream\n\ndata: 1\n\n"}));
    settle(request.context, serve(*handler, request, recorder));
    BOOST_TEST(!recorder.flushes().empty());
}

BOOST_AUTO_TEST_CASE(a_program_that_pauses_holds_nothing_back) {
    // It goes on once its client has seen what it wrote before.
    const test::TemporaryDirectory here;
    const std::string fifo = here / "fifo";
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const std::string script =
        here.write("s",
                   "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\none\\n'\n"
                   "read line <'" +
                       fifo + "'\necho two\n",
                   true);
    struct Sink final : ResponseSink {
        explicit Sink(const std::string& path) : fifo(path) {}
        void on_head(int, const Headers&) override {}
        void on_body(std::string_view chunk) override {
            if (body.empty()) std::ofstream(fifo) << "seen\n";
            body += chunk;
        }
        void on_flush() override {}
        void on_finish() override {}
        void on_abort() noexcept override {}
        const std::string& fifo;
        std::string body;
    } sink(fifo);
    Request request = Request::get("/");
    ResponseWriter writer(sink);
    serve(*cgi_program({.path = script}), request, writer);
    BOOST_TEST(sink.body == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(each_line_of_standard_error_is_logged) {
    Log log;
    Request request = Request::get("/");
    request.context.reporter = &log;
    BOOST_TEST(run({"cgi-stderr"}, std::move(request)).body == "ok\n");
    const std::vector<std::string> lines = {"first line", "second line", "last, without an end"};
    BOOST_TEST(log.lines == lines, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_child_of_the_program_that_holds_its_output_is_not_waited_for) {
    TemporaryDirectory here;
    const std::string script = here.write("s", R"sh(#!/bin/sh
printf 'Content-Type: text/plain\n\nok'
sleep 1000 &
)sh",
                                          true);
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(record(*cgi_program({.path = script}), Request::get("/")).body == "ok");
    BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cgi_exchange_fails)

BOOST_AUTO_TEST_CASE(death_without_an_answer_names_program_and_signal) {
    Log log;
    Request request = Request::get("/");
    request.context.reporter = &log;
    BOOST_TEST(run({"raise", "11"}, std::move(request)).status == 502);
    BOOST_TEST(log.has(program + "was killed by SIGSEGV (Segmentation fault) without an answer"));
}

BOOST_AUTO_TEST_CASE(an_exit_without_an_answer_names_program_and_status) {
    Log log;
    Request request = Request::get("/");
    request.context.reporter = &log;
    BOOST_TEST(run({"exit", "3"}, std::move(request)).status == 502);
    BOOST_TEST(log.has(program + "exited with status 3 without an answer"));
}

BOOST_AUTO_TEST_CASE(death_after_a_small_answer_is_no_answer) {
    BOOST_TEST(run({"cgi-die", "Content-Type: text/plain\n\nhalf"}).status == 502);
}

BOOST_AUTO_TEST_CASE(death_in_the_middle_of_a_large_answer_breaks_it_off) {
    Recorder recorder;
    Request request = Request::get("/");
    const HandlerPtr handler =
        cgi_program(child({"cgi-die", "Content-Type: text/plain\n\n" + std::string(20'000, 'x')}));
    Outcome outcome = serve(*handler, request, recorder);
    settle(request.context, outcome);
    BOOST_TEST(recorder.aborted());
    BOOST_TEST(!outcome.complete);
}

BOOST_AUTO_TEST_CASE(an_unfinished_or_wrong_head_is_no_answer) {
    Log log;
    BOOST_TEST(reply("Content-Type: text/plain\n", log).status == 502);
    BOOST_TEST(log.has(program + "exited with status 0 before the end of its response head"));
    BOOST_TEST(reply("just text\n\n", log).status == 502);
    BOOST_TEST(log.has(program + "sent a wrong answer: line 1 of the response head has no colon"));
}

BOOST_AUTO_TEST_CASE(fewer_bytes_than_declared_are_no_answer) {
    Log log;
    BOOST_TEST(reply("Content-Length: 5\n\nfour", log).status == 502);
    BOOST_TEST(log.has(program + "exited with status 0 after 4 of 5 bytes of its answer"));
}

BOOST_AUTO_TEST_CASE(more_bytes_than_declared_are_cut) {
    Log log;
    Response r = reply("Content-Length: 3\n\nfour", log);
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "fou");
    BOOST_TEST(log.lines.size() == 1u);
}

BOOST_AUTO_TEST_CASE(head_and_empty_answers_may_declare_what_they_do_not_send) {
    Response r = run({"write", "Content-Length: 5\n\n"}, Request::make("HEAD", "/"));
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.headers.get("Content-Length") == "5");
    Log log;
    BOOST_TEST(reply("Status: 304\nContent-Length: 5\n\n", log).status == 304);
    BOOST_TEST(reply("Status: 204\n\nbody", log).body == "");
}

BOOST_AUTO_TEST_CASE(too_much_output_is_no_answer) {
    CgiProgramOptions options = child({"cgi-large"});
    options.max_output = 1000;
    BOOST_TEST(record(*cgi_program(options), Request::get("/")).status == 502);
}

BOOST_AUTO_TEST_CASE(a_flood_on_standard_error_holds_up_no_answer) {
    Log log;
    Request request = Request::get("/");
    request.context.reporter = &log;
    BOOST_TEST(run({"cgi-noise", "2000000"}, std::move(request)).body == "ok\n");
    BOOST_TEST(log.lines.size() < 700u);
    BOOST_TEST(log.lines.back() ==
               "the program's further output to its standard error is left out");
}

BOOST_AUTO_TEST_CASE(a_head_over_the_limit_is_no_answer) {
    Log log;
    BOOST_TEST(reply("A: " + std::string(70'000, 'a') + "\n\n", log).status == 502);
    BOOST_TEST(
        log.has(program + "sent a wrong answer: the response head is longer than 65536 bytes"));
}

BOOST_AUTO_TEST_CASE(a_body_that_breaks_off_ends_the_program) {
    Request request = streamed(3, [](int block) {
        if (block == 2) throw Cancelled("the client has gone");
    });
    Recorder recorder("POST");
    Outcome outcome = serve(*cgi_program(child({"cgi-stream"})), request, recorder);
    settle(request.context, outcome);
    BOOST_CHECK_THROW(std::rethrow_exception(outcome.error), Cancelled);
}

BOOST_AUTO_TEST_SUITE_END()

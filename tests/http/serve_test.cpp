// What a handler's exception becomes, and who is told.
#include <ostream>
#include <stdexcept>
#include <string>
#include <support/recording_reporter.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/serve.h>

using namespace turngate;
using turngate::test::RecordingReporter;
namespace data = boost::unit_test::data;

namespace {

using Lines = std::vector<std::string>;

struct Failure {
    const char* name;
    void (*raise)();
    int status;
    const char* body;
    const char* logged;
};
std::ostream& operator<<(std::ostream& out, const Failure& f) {
    return out << f.name;
}

struct Silent : std::exception {
    const char* what() const noexcept override { return ""; }
};

const Failure failures[] = {
    {"client error", [] { throw HttpError(422, "no name"); }, 422, "no name\n", "info no name"},
    {"server error", [] { throw HttpError(503, "db at 10.0.0.7"); }, 503, "internal error\n",
     "error db at 10.0.0.7"},
    {"a status that is no error", [] { throw HttpError(204, "odd"); }, 500, "internal error\n",
     "error odd"},
    {"a status that does not exist", [] { throw HttpError(9999, "odd"); }, 500, "internal error\n",
     "error odd"},
    {"peer error", [] { throw ProtocolError("bad record"); }, 502, "internal error\n",
     "error bad record"},
    {"standard exception", [] { throw std::out_of_range("vector"); }, 500, "internal error\n",
     "error vector"},
    {"nested exception",
     [] {
         try {
             throw std::runtime_error("cause");
         } catch (...) {
             std::throw_with_nested(std::runtime_error("effect"));
         }
     },
     500, "internal error\n", "error effect"},
    {"exception without words", [] { throw Silent(); }, 500, "internal error\n", "error "},
    {"not an exception", [] { throw 42; }, 500, "internal error\n",
     "error the handler threw something that is no std::exception"},
};

struct Served {
    Recorder recorder;
    RecordingReporter reporter;
    Outcome outcome;

    template <HandlerLike F>
    Outcome& serve(F function, std::string_view target = "/") {
        Request request = Request::get(target);
        request.context.reporter = &reporter;
        outcome = turngate::serve(*to_handler(std::move(function)), request, recorder);
        return outcome;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(serving)

BOOST_FIXTURE_TEST_CASE(an_answer_is_finished_and_reported, Served) {
    serve([](Request&) { return text("12345", 201); });
    BOOST_TEST(outcome.complete);
    BOOST_TEST(outcome.status == 201);
    BOOST_TEST(outcome.bytes == 5u);
    BOOST_TEST(!outcome.error);
    BOOST_TEST(reporter.lines() == (Lines{" began"}), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Served, before_the_head_it_becomes_a_clean_response, data::make(failures),
                       failure) {
    serve([&](Request&, ResponseWriter& w) {
        w.header("X-Half", "done").header("Content-Length", "1000").write("half a page");
        failure.raise();
    });
    const Response& r = recorder.response();
    BOOST_TEST(outcome.complete);
    BOOST_TEST(static_cast<bool>(outcome.error));
    BOOST_TEST(outcome.status == failure.status);
    BOOST_TEST(r.status == failure.status);
    BOOST_TEST(r.body == failure.body);
    BOOST_TEST(!r.headers.contains("X-Half"));
    BOOST_TEST(r.headers.get("Content-Length") == std::to_string(r.body.size()));
    BOOST_TEST(reporter.lines() == (Lines{" began", " " + std::string(failure.logged)}),
               boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Served, after_the_head_the_response_is_aborted, data::make(failures),
                       failure) {
    serve([&](Request&, ResponseWriter& w) {
        w.write("half");
        w.flush();
        failure.raise();
    });
    BOOST_TEST(!outcome.complete);
    BOOST_TEST(recorder.aborted());
    BOOST_TEST(outcome.status == 200);
    BOOST_TEST(reporter.lines().back() == " " + std::string(failure.logged));
}

BOOST_FIXTURE_TEST_CASE(cancelled_is_quiet_even_before_the_head, Served) {
    serve([](Request&, ResponseWriter& w) {
        w.write("held back");
        throw Cancelled("the client has gone");
    });
    BOOST_TEST(!outcome.complete);
    BOOST_TEST(!recorder.committed());
    BOOST_TEST(recorder.aborted());
    BOOST_TEST(reporter.lines().back() == " debug the client has gone");
}

BOOST_AUTO_TEST_CASE(cancellation_ends_a_loop) {
    std::stop_source client;
    Recorder rec;
    Request req = Request::get("/");
    req.context.stop = client.get_token();
    const HandlerPtr endless = to_handler([&](Request& r, ResponseWriter&) {
        for (int i = 0;; ++i) {
            if (i == 3) client.request_stop();
            r.context.check();
        }
    });
    BOOST_TEST(!serve(*endless, req, rec).complete);
}

BOOST_FIXTURE_TEST_CASE(a_wrong_content_length_becomes_an_error_page, Served) {
    serve([](Request&, ResponseWriter& w) { w.header("Content-Length", "10").write("12345"); });
    BOOST_TEST(recorder.response().status == 500);
    BOOST_TEST(reporter.lines().back().find("Content-Length of 10") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_error_page_takes_nothing_over_from_what_failed, Served) {
    serve([](Request&, ResponseWriter& w) {
        w.send({201, {{"X", "1"}}, "half", Encoding::base64});
        throw HttpError(409, "no");
    });
    BOOST_TEST(!recorder.response().encoding.has_value());
    BOOST_TEST(!recorder.response().headers.contains("X"));
    BOOST_TEST(recorder.response().body == "no\n");
}

BOOST_FIXTURE_TEST_CASE(a_bad_header_becomes_an_error_page, Served) {
    serve([](Request&, ResponseWriter& w) { w.header("X", "a\r\nSet-Cookie: b"); });
    BOOST_TEST(recorder.response().status == 500);
    BOOST_TEST(!recorder.response().headers.contains("Set-Cookie"));
}

BOOST_FIXTURE_TEST_CASE(a_swallowed_failure_of_the_door_does_not_look_complete, Served) {
    Recorder small("GET", 10);
    Request request = Request::get("/");
    const HandlerPtr stubborn = to_handler([](Request&, ResponseWriter& w) {
        try {
            w.write(std::string(100'000, 'x'));
        } catch (const std::exception&) {  // and carries on
        }
    });
    BOOST_TEST(!turngate::serve(*stubborn, request, small).complete);
    BOOST_TEST(small.aborted());
}

BOOST_FIXTURE_TEST_CASE(a_broken_platform_does_not_break_the_answer, Served) {
    reporter.throws = true;
    serve([](Request&) -> Response { throw HttpError(404, "gone"); });
    BOOST_TEST(outcome.complete);
    BOOST_TEST(recorder.response().body == "gone\n");
}

BOOST_FIXTURE_TEST_CASE(the_thread_knows_its_request, Served) {
    const Context* inner = nullptr;
    const Context* outer = nullptr;
    serve([&](Request& r, ResponseWriter&) {
        BOOST_TEST(current_context == &r.context);
        outer = current_context;
        record([&](Request&, ResponseWriter&) { inner = current_context; }, Request::get("/"));
        BOOST_TEST(current_context == outer);
    });
    BOOST_TEST((inner != nullptr && inner != outer));
    BOOST_TEST(current_context == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(recording)

BOOST_AUTO_TEST_CASE(what_broke_off_is_a_500) {
    const Response r = record(
        [](Request&, ResponseWriter& w) {
            w.write("secret");
            w.flush();
            throw std::runtime_error("late");
        },
        Request::get("/"));
    BOOST_TEST(r.status == 500);
    BOOST_TEST(r.body == "internal error\n");
}

BOOST_AUTO_TEST_CASE(a_head_request_gets_the_length_and_no_body) {
    const Response r = record([](Request&) { return text("12345"); }, Request::make("HEAD", "/"));
    BOOST_TEST(r.headers.get("content-length") == "5");
    BOOST_TEST(r.body == "");
}

BOOST_AUTO_TEST_SUITE_END()

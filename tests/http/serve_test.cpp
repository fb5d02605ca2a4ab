// What a handler does against what the client gets.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/turngate.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

// The code under test in an application: a function that makes the handler.
Mux app() {
    Mux mux;
    mux.handle("GET /users/{id}",
               [](Request& r) { return text("user " + std::string(r.path_value("id")) + '\n'); });
    mux.handle("POST /echo", [](Request& r, ResponseWriter& w) { w.write(r.body.text()); });
    return mux;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mux)

BOOST_AUTO_TEST_CASE(a_wildcard_matches_one_decoded_segment) {
    Response r = record(app(), Request::get("/users/a%20b"));
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "user a b\n");
}

BOOST_AUTO_TEST_CASE(the_wrong_method_is_told_the_right_one) {
    Response r = record(app(), Request::get("/echo"));
    BOOST_TEST(r.status == 405);
    BOOST_TEST(r.headers.get("allow") == "POST");
}

BOOST_AUTO_TEST_CASE(an_unknown_path_is_not_found) {
    BOOST_TEST(record(app(), Request::get("/nowhere")).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(response_writer)

BOOST_AUTO_TEST_CASE(a_small_body_gets_a_content_length) {
    Response r = record(app(), Request::post("/echo", "12345"));
    BOOST_TEST(r.headers.get("Content-Length") == "5");
}

BOOST_AUTO_TEST_CASE(a_big_body_is_streamed) {
    const std::string big(100'000, 'x');
    Response r = record([&](Request&, ResponseWriter& w) { w.write(big); }, Request::get("/"));
    BOOST_TEST(!r.headers.contains("Content-Length"));
    BOOST_TEST(r.body.size() == big.size());
}

BOOST_AUTO_TEST_CASE(flush_sends_what_was_held_back) {
    Recorder rec;
    Request req = Request::get("/");
    serve(*to_handler([](Request&, ResponseWriter& w) {
        w.write("one");
        w.flush();
        w.write("two");
        w.flush();
    }),
          req, rec);
    BOOST_TEST(rec.response().body == "onetwo");
    BOOST_TEST(rec.flushes() == (std::vector<std::size_t>{3, 6}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_head_request_gets_the_length_and_no_body) {
    Request req = Request::get("/");
    req.method = "HEAD";
    Response r = record([](Request&) { return text("12345"); }, std::move(req));
    BOOST_TEST(r.headers.get("content-length") == "5");
    BOOST_TEST(r.body == "");
}

BOOST_AUTO_TEST_CASE(a_header_after_the_head_is_a_bug) {
    Recorder rec;
    rec.flush();
    BOOST_CHECK_THROW(rec.header("X-Late", "1"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_header_cannot_split_the_response) {
    BOOST_CHECK_THROW(Headers({{"X", "a\r\nSet-Cookie: b"}}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(errors)

struct Failure {
    const char* name;
    void (*raise)();
    int status;
    const char* body;
};
std::ostream& operator<<(std::ostream& out, const Failure& f) {
    return out << f.name;
}

const Failure failures[] = {
    {"client error", [] { throw HttpError(422, "no name"); }, 422, "no name\n"},
    {"server error hides its message", [] { throw HttpError(503, "db at 10.0.0.7"); }, 503,
     "internal error\n"},
    {"peer error", [] { throw ProtocolError("bad record"); }, 502, "internal error\n"},
    {"standard exception", [] { throw std::out_of_range("vector"); }, 500, "internal error\n"},
    {"not an exception", [] { throw 42; }, 500, "internal error\n"},
};

BOOST_DATA_TEST_CASE(before_the_head_it_becomes_a_clean_response, data::make(failures), failure) {
    Response r = record(
        [&](Request&, ResponseWriter& w) {
            w.header("X-Half", "done").write("half a page");
            failure.raise();
        },
        Request::get("/"));
    BOOST_TEST(r.status == failure.status);
    BOOST_TEST(r.body == failure.body);
    BOOST_TEST(!r.headers.contains("X-Half"));
}

BOOST_AUTO_TEST_CASE(after_the_head_the_response_is_aborted) {
    Recorder rec;
    Request req = Request::get("/");
    Outcome outcome = serve(*to_handler([](Request&, ResponseWriter& w) {
        w.flush();
        throw std::runtime_error("late");
    }),
                            req, rec);
    BOOST_TEST(!outcome.complete);
    BOOST_TEST(rec.aborted());
}

BOOST_AUTO_TEST_CASE(cancellation_ends_a_loop) {
    std::stop_source client;
    Recorder rec;
    Request req = Request::get("/");
    req.context.stop = client.get_token();
    Outcome outcome = serve(*to_handler([&](Request& r, ResponseWriter&) {
        for (int i = 0;; ++i) {
            if (i == 3) client.request_stop();
            r.context.check();
        }
    }),
                            req, rec);
    BOOST_TEST(!outcome.complete);
}

BOOST_AUTO_TEST_CASE(wait_until_runs_after_the_response) {
    std::string order;
    record(
        [&](Request& r, ResponseWriter& w) {
            r.context.wait_until([&] { order += "deferred"; });
            w.write("x");
            order += "answered ";
        },
        Request::get("/"));
    BOOST_TEST(order == "answered deferred");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(vercel_helpers)

BOOST_AUTO_TEST_CASE(body_cookie_and_json) {
    HandlerPtr h = vercel::handler([](vercel::Request& req, vercel::Response& res) {
        res.status(201).json(Json::object({{"hi", req.body()["user"]["name"].string_or("?")},
                                           {"theme", req.cookie("theme").value_or("light")}}));
    });
    Request req = Request::post("/", R"({"user":{"name":"Ada"}})", "application/json");
    req.headers.set("Cookie", "a=b; theme=dark");
    Response r = record(*h, std::move(req));
    BOOST_TEST(r.status == 201);
    BOOST_TEST(r.body == R"({"hi":"Ada","theme":"dark"})");
}

BOOST_AUTO_TEST_CASE(bad_json_is_the_clients_fault) {
    HandlerPtr h = vercel::handler([](vercel::Request& req, vercel::Response&) { req.body(); });
    Response r = record(*h, Request::post("/", "{", "application/json"));
    BOOST_TEST(r.status == 400);
    BOOST_TEST(r.body.find("byte") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nesting_is_limited) {
    BOOST_CHECK_THROW(Json::parse(std::string(100'000, '[')), JsonError);
}

BOOST_AUTO_TEST_SUITE_END()

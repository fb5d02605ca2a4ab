#include <boost/test/unit_test.hpp>

#include <turngate/handlers/vercel.h>
#include <turngate/http/serve.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(vercel_helpers)

BOOST_AUTO_TEST_CASE(body_cookie_and_json) {
    HandlerPtr h = vercel::handler([](vercel::Request& req, vercel::Response& res) {
        res.status(201).json(Json::object({{"hi", req.body()["user"]["name"].string_or("?")},
                                           {"theme", req.cookie("theme").value_or("light")}}));
    });
    Request req =
        Request::post("/", R"({"user":{"name":"Ada"}})", "Application/JSON; charset=utf-8");
    req.headers.set("Cookie", "a=b; theme=dark%20blue");

    Response r = record(*h, std::move(req));

    BOOST_TEST(r.status == 201);
    BOOST_TEST(r.headers.get("Content-Type") == "application/json; charset=utf-8");
    BOOST_TEST(r.body == R"({"hi":"Ada","theme":"dark blue"})");
}

BOOST_AUTO_TEST_CASE(bad_json_is_the_clients_fault) {
    HandlerPtr h = vercel::handler([](vercel::Request& req, vercel::Response&) { req.body(); });
    Response r = record(*h, Request::post("/", "{", "application/json"));
    BOOST_TEST(r.status == 400);
    BOOST_TEST(r.body.find("JSON") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_empty_json_body_is_an_empty_object) {
    HandlerPtr h = vercel::handler(
        [](vercel::Request& req, vercel::Response& res) { res.send(req.body().dump()); });
    BOOST_TEST(record(*h, Request::post("/", "", "application/json")).body == "{}");
    BOOST_TEST(record(*h, Request::post("/", "{", "text/plain")).body == R"("{")");
}

BOOST_AUTO_TEST_CASE(a_type_that_was_set_stays) {
    HandlerPtr h = vercel::handler([](vercel::Request&, vercel::Response& res) {
        res.header("Content-Type", "text/plain").send("<p>");
    });
    Response r = record(*h, Request::get("/"));
    BOOST_TEST(r.headers.get("Content-Type") == "text/plain");
}

BOOST_AUTO_TEST_CASE(a_redirect_is_temporary_and_keeps_the_method) {
    HandlerPtr h = vercel::handler(
        [](vercel::Request&, vercel::Response& res) { res.redirect("/elsewhere"); });
    Response r = record(*h, Request::get("/"));
    BOOST_TEST(r.status == 307);
    BOOST_TEST(r.headers.get("Location") == "/elsewhere");
}

BOOST_AUTO_TEST_SUITE_END()

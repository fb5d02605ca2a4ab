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

BOOST_AUTO_TEST_CASE(the_request_and_the_writer_beneath_are_at_hand) {
    HandlerPtr h = vercel::handler([](vercel::Request& req, vercel::Response& res) {
        res.raw().header("X-Path", req.raw().url.path);
        res.send(req.method());
    });

    Response r = record(*h, Request::get("/a"));

    BOOST_TEST(r.headers.get("X-Path") == "/a");
    BOOST_TEST(r.body == "GET");
}

BOOST_AUTO_TEST_SUITE_END()

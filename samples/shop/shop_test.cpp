// How an application tests its handlers: a request in, a response out, no server.
#define BOOST_TEST_MODULE shop
#include "shop.h"

#include <boost/test/unit_test.hpp>

#include <turngate/http/serve.h>
#include <turngate/json/json.h>

using turngate::record;
using turngate::Request;
using turngate::Response;

BOOST_AUTO_TEST_CASE(an_order_is_taken_and_remembered) {
    Response reply =
        record(*shop(), Request::post("/orders", R"({"sku":"A-7"})", "application/json"));

    BOOST_TEST(reply.status == 201);
    BOOST_TEST(reply.headers.get("Location") == "/orders/o-A-7");
    BOOST_TEST(reply.headers.values("Set-Cookie").size() == 2u);
    const turngate::Json order = turngate::Json::parse(reply.body);
    BOOST_TEST(*order["total"].integer() == 1290);
}

BOOST_AUTO_TEST_CASE(an_order_without_a_sku_is_refused_with_the_reason) {
    Response reply = record(*shop(), Request::post("/orders", "{}", "application/json"));

    BOOST_TEST(reply.status == 422);
    BOOST_TEST(reply.body == "\"sku\" must be a string\n");
}

BOOST_AUTO_TEST_CASE(an_id_is_one_segment_whatever_it_holds) {
    Response reply = record(*shop(), Request::get("/orders/a%2Fb"));

    BOOST_TEST(reply.body == R"({"id":"a/b"})");
}

BOOST_AUTO_TEST_CASE(a_picture_comes_byte_for_byte) {
    Response reply = record(*shop(), Request::get("/pixel.png"));

    BOOST_TEST(reply.headers.get("Content-Type") == "image/png");
    BOOST_TEST(reply.body.starts_with("\x89PNG\r\n"));
}

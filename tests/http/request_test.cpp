// Making requests and asking them.
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include <turngate/http/request.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(request)

BOOST_AUTO_TEST_CASE(get_has_no_body_and_no_fields) {
    Request r = Request::get("/a?b=c");
    BOOST_TEST(r.method == "GET");
    BOOST_TEST(r.url.path == "/a");
    BOOST_TEST(r.headers.empty());
    BOOST_TEST(r.body.size().value() == 0u);
    BOOST_TEST(r.protocol == "HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(post_has_a_body_and_its_type) {
    Request r = Request::post("/", "{}", "application/json");
    BOOST_TEST(r.method == "POST");
    BOOST_TEST(r.headers.get("content-type") == "application/json");
    BOOST_TEST(r.body.text() == "{}");
}

BOOST_AUTO_TEST_CASE(make_takes_any_method) {
    Request r = Request::make("PROPFIND", "/x", "<a/>", {{"Depth", "1"}});
    BOOST_TEST(r.method == "PROPFIND");
    BOOST_TEST(r.headers.get("depth") == "1");
    BOOST_TEST(r.body.text() == "<a/>");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused) {
    BOOST_CHECK_THROW(Request::make("", "/"), std::invalid_argument);
    BOOST_CHECK_THROW(Request::make("GET /x", "/"), std::invalid_argument);
    BOOST_CHECK_THROW(Request::get("x"), HttpError);
}

BOOST_AUTO_TEST_CASE(query_falls_back) {
    const Request r = Request::get("/?a=%41&a=b&empty");
    BOOST_TEST(r.query("a") == "A");
    BOOST_TEST(r.query("empty", "x") == "");
    BOOST_TEST(r.query("none", "x") == "x");
    BOOST_TEST(r.query("none") == "");
}

BOOST_AUTO_TEST_CASE(a_path_value_is_empty_unless_the_mux_set_it) {
    Request r = Request::get("/");
    r.path_values["id"] = "42";
    BOOST_TEST(r.path_value("id") == "42");
    BOOST_TEST(r.path_value("ID") == "");
}

BOOST_AUTO_TEST_SUITE_END()

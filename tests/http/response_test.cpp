// Responses as values.
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include <turngate/http/response.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(response)

BOOST_AUTO_TEST_CASE(text_is_utf_8) {
    const Response r = text("gr\xc3\xbc\xc3\x9f dich", 201);
    BOOST_TEST(r.status == 201);
    BOOST_TEST(r.headers.get("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(!r.encoding.has_value());
}

BOOST_AUTO_TEST_CASE(redirect_says_where) {
    const Response r = redirect("/there?x=1", 308);
    BOOST_TEST(r.status == 308);
    BOOST_TEST(r.headers.get("Location") == "/there?x=1");
    BOOST_TEST(r.body == "");
    BOOST_TEST(redirect("/").status == 302);
}

BOOST_AUTO_TEST_CASE(redirect_cannot_split_the_response) {
    BOOST_CHECK_THROW(redirect("/\r\nSet-Cookie: a=b"), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

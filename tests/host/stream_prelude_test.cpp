// The head of a reply that is streamed.
#include "host/stream_prelude.h"

#include <boost/test/unit_test.hpp>

#include <turngate/http/error.h>

using namespace turngate;
using host::StreamPrelude;

namespace {

const std::string nuls(8, '\0');

}  // namespace

BOOST_AUTO_TEST_SUITE(host_stream_prelude)

BOOST_AUTO_TEST_CASE(it_ends_with_eight_nuls_and_the_body_follows) {
    StreamPrelude prelude;
    const auto response = prelude.feed(
        R"({"statusCode":201,"headers":{"x-a":"1"},"cookies":["a=1","b=2"]})" + nuls + "body");
    BOOST_REQUIRE(response.has_value());
    BOOST_TEST(response->status == 201);
    BOOST_TEST(response->headers.get("X-A") == "1");
    BOOST_TEST(response->headers.values("Set-Cookie").size() == 2u);
    BOOST_TEST(response->body == "body");
}

BOOST_AUTO_TEST_CASE(it_may_come_byte_by_byte) {
    StreamPrelude prelude;
    const std::string text = R"({"statusCode":204})" + nuls;
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        BOOST_TEST(!prelude.feed(text.substr(i, 1)).has_value());
    BOOST_TEST(prelude.feed(text.substr(text.size() - 1))->status == 204);
}

BOOST_AUTO_TEST_CASE(without_a_status_it_is_200) {
    BOOST_TEST(StreamPrelude().feed("{}" + nuls)->status == 200);
}

BOOST_AUTO_TEST_CASE(nuls_in_the_body_are_the_bodys) {
    BOOST_TEST(StreamPrelude().feed("{}" + nuls + nuls)->body == nuls);
}

BOOST_AUTO_TEST_CASE(what_is_no_head_is_refused) {
    for (const std::string text : {"[]", "{", "{\"body\":\"x\"}", "{\"statusCode\":\"x\"}",
                                   "{\"headers\":{\"a\":\"\\r\\n\"}}", ""})
        BOOST_CHECK_THROW(StreamPrelude().feed(text + nuls), ProtocolError);
}

BOOST_AUTO_TEST_CASE(it_has_a_limit) {
    const auto padded = [](std::size_t size) {
        return "{}" + std::string(size - 2 - nuls.size(), ' ') + nuls;
    };
    BOOST_TEST(StreamPrelude().feed(padded(StreamPrelude::limit)).has_value());
    BOOST_CHECK_THROW(StreamPrelude().feed(padded(StreamPrelude::limit + 1)), ProtocolError);
    BOOST_CHECK_THROW(StreamPrelude().feed(std::string(StreamPrelude::limit, ' ')), ProtocolError);
}

BOOST_AUTO_TEST_SUITE_END()

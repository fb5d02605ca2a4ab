// Vercel's Invoke events and the plain shape.
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>

using namespace turngate;
using namespace turngate::testing;
using events::Event;
using events::Format;

namespace {

// `inner` is the JSON text of the request.
std::string invoke(const std::string& inner) {
    return Json::object({{"Action", "Invoke"}, {"body", inner}}).dump();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decode_vercel)

BOOST_AUTO_TEST_CASE(the_request_is_in_the_text_of_the_body) {
    Event event = events::decode(invoke(
        R"({"method":"POST","host":"h","path":"/a%2Fb?x=1&y","headers":{"x-real-ip":"203.0.113.9",)"
        R"("x-forwarded-proto":"http","a":["1","2"],"cookie":["c=1","d=2"]},"body":"aGk=",)"
        R"("encoding":"base64"})"));
    const Request& request = event.request;

    BOOST_TEST((event.format == Format::vercel));
    BOOST_TEST(request.method == "POST");
    BOOST_TEST(request.url.target() == "/a%2Fb?x=1&y");
    BOOST_TEST(request.url.host == "h");
    BOOST_TEST(request.url.scheme == "http");
    BOOST_TEST(request.headers.values("a").size() == 2u);
    BOOST_TEST(request.headers.joined("cookie", "!") == "c=1; d=2");
    BOOST_TEST(request.remote_address == "203.0.113.9");
    BOOST_TEST(event.request.body.text() == "hi");
}

BOOST_AUTO_TEST_CASE(several_payloads_are_several_requests) {
    Event event = events::decode(invoke(
        R"({"payloads":[{"method":"GET","path":"/1"},{"method":"PUT","path":"/2","body":"b"}]})"));

    BOOST_TEST(event.request.url.path == "/1");
    BOOST_TEST(event.further.size() == 1u);
    BOOST_TEST(event.further[0].method == "PUT");
    BOOST_TEST(event.further[0].body.text() == "b");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_inside_is_named_from_the_outside) {
    BOOST_TEST(refusal(invoke(R"({"method":"GET","path":null})")) ==
               "body.path: expected a path, found null (byte 23 of body)");
    BOOST_TEST(refusal(invoke(R"({"method":"GET","path":"x"})")).starts_with("body.path: "));
    BOOST_TEST(refusal(invoke(R"({"method":"GET","path":"/","headers":[]})"))
                   .starts_with("body.headers: expected an object, found an array"));
    BOOST_TEST(refusal(invoke(R"({"method":"GET","path":"/","path":"/"})"))
                   .starts_with("body: path: stands twice"));
    BOOST_TEST(refusal(invoke("{")).starts_with("body: bad JSON at byte 1"));
    BOOST_TEST(refusal(invoke("[]")).starts_with("body.request: expected an object"));
    BOOST_TEST(refusal(invoke(R"({"payloads":[{"method":"GET"}]})"))
                   .starts_with("body.payloads[].path: missing"));
    BOOST_TEST(
        refusal(invoke(R"({"payloads":[{"method":"GET","path":"/"},1]})")).starts_with("body"));
}

BOOST_AUTO_TEST_CASE(another_action_is_refused_where_vercel_is_demanded) {
    BOOST_TEST(refusal(R"({"Action":"Stop","body":"{}"})", {.format = Format::vercel})
                   .starts_with("Action: unexpected event.Action: Stop"));
    BOOST_TEST(refusal(R"({"Action":"Invoke","body":5})").starts_with("body: expected a string"));
}

BOOST_AUTO_TEST_CASE(an_unknown_encoding_matters_only_with_a_body) {
    const std::string start = R"({"method":"GET","path":"/","encoding":"gzip")";

    BOOST_TEST(refusal(invoke(start + "}")) == "");
    BOOST_TEST(refusal(invoke(start + R"(,"body":""})")) == "");
    BOOST_TEST(refusal(invoke(start + R"(,"body":"x"})")).starts_with("body.encoding: expected"));
}

BOOST_AUTO_TEST_CASE(the_plain_shape_is_the_same_without_the_wrapping) {
    Event event = events::decode(
        R"({"method":"GET","path":"x?y=1","headers":{"Host":"h","a":"1"},"body":"t"})");

    BOOST_TEST((event.format == Format::http));
    BOOST_TEST(event.request.url.target() == "/x?y=1");
    BOOST_TEST(event.request.url.scheme == "http");
    BOOST_TEST(event.request.url.host == "h");
    BOOST_TEST(event.request.headers.get("content-length") == "1");
    BOOST_TEST(event.request.body.text() == "t");
}

BOOST_AUTO_TEST_CASE(a_star_is_a_target_of_options_alone) {
    BOOST_TEST(events::decode(R"({"method":"OPTIONS","path":"*"})").request.url.path == "*");
    BOOST_TEST(events::decode(R"({"method":"GET","path":"*"})").request.url.path == "/*");
}

BOOST_AUTO_TEST_SUITE_END()

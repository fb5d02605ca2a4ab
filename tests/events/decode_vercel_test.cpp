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
                   .starts_with("body.path: stands twice (byte 27 of body)"));
    BOOST_TEST(refusal(invoke("{")).starts_with("body: bad JSON at byte 1"));
    BOOST_TEST(
        refusal(invoke("[]")).starts_with("body: expected the JSON of an object, found an array"));
    BOOST_TEST(refusal(invoke(R"({"payloads":[{"method":"GET"}]})"))
                   .starts_with("body.payloads[0].path: missing"));
}

BOOST_AUTO_TEST_CASE(another_action_is_refused_where_vercel_is_demanded) {
    BOOST_TEST(refusal(R"({"Action":"Stop","body":"{}"})", {.format = Format::vercel})
                   .starts_with("Action: Unexpected event.Action: Stop"));
    BOOST_TEST(refusal(R"({"Action":"Stop","body":"{}"})") ==
               "Action: Unexpected event.Action: Stop (byte 10)");
    BOOST_TEST(refusal(R"({"Action":5,"body":"{}"})", {.format = Format::vercel})
                   .starts_with("Action: expected \"Invoke\", found a number"));
    BOOST_TEST(refusal(R"({"Action":"Invoke","body":5})").starts_with("body: expected a string"));
    BOOST_TEST(refusal(R"({"Action":"Invoke"})").starts_with("body: expected a string"));
}

BOOST_AUTO_TEST_CASE(an_unknown_encoding_matters_only_with_a_body) {
    const std::string start = R"({"method":"GET","path":"/","encoding":"gzip")";

    BOOST_TEST(refusal(invoke(start + "}")) == "");
    BOOST_TEST(refusal(invoke(start + R"(,"body":""})")) == "");
    BOOST_TEST(refusal(invoke(start + R"(,"body":"x"})")) ==
               "body.encoding: Unsupported encoding: gzip, expected \"base64\" (byte 38 of body)");
    BOOST_TEST(refusal(invoke(R"({"method":"GET","path":"/","encoding":"text","body":"x"})")) !=
               "");
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

BOOST_AUTO_TEST_CASE(the_encoding_counts_and_not_the_flag) {
    auto body = [](const std::string& members) {
        Event event =
            events::decode(R"({"method":"POST","path":"/","body":"aGk=",)" + members + "}");
        return event.request.body.text();
    };

    BOOST_TEST(body(R"("encoding":"base64","isBase64Encoded":false)") == "hi");
    BOOST_TEST(body(R"("encoding":"text","isBase64Encoded":true)") == "aGk=");
    BOOST_TEST(body(R"("isBase64Encoded":true)") == "hi");
    BOOST_TEST(body(R"("encoding":null,"isBase64Encoded":true)") == "hi");
}

BOOST_AUTO_TEST_CASE(errors_in_a_payload_name_it_and_count_from_the_bodys_start) {
    auto check = [](const std::string& inner, const std::string& value, const std::string& text) {
        BOOST_TEST(refusal(invoke(inner)) == "body.payloads" + text + " (byte " +
                                                 std::to_string(inner.find(value)) + " of body)");
    };

    check(R"({"payloads":[1]})", "1", "[0]: expected an object, found a number");
    check(R"({"payloads":[{"method":"GET","path":"/"}, "x"]})", "\"x\"",
          "[1]: expected an object, found a string");
    check(R"({"payloads": {"a":1}})", "{\"a\"", ": expected an array, found an object");
    check(R"({"payloads":[{"method":"GET","path":"/"}, {"method":"GET", "path":23}]})", "23",
          "[1].path: expected a string, found a number");
    check(R"({"payloads":[{"method":"GET","path":"/"}, {"method":"GET","path":"/","path":"2"}]})",
          R"("path":"2")", "[1].path: stands twice");
    check(R"({"payloads":[{"method":"GET","path":"/","headers":{"a":"1","\u0061":"2"}}]})", "\"2\"",
          "[0].headers.a: stands twice");
    check(R"({"payloads":[{"method":"GET","path":"/","requestContext":{"a":1,"a":2}}]})", "\"a\":2",
          "[0].requestContext.a: stands twice");
}

BOOST_AUTO_TEST_CASE(a_header_without_a_value_is_the_word_null_as_for_node) {
    const std::string event = invoke(R"({"method":"GET","path":"/","headers":{"a":null,"b":5}})");

    BOOST_TEST(refusal(event).starts_with("body.headers.a: expected a string, found null"));
    const Event lenient = decode_leniently(event);
    BOOST_TEST(lenient.request.headers.get("a") == "null");
    BOOST_TEST(lenient.request.headers.get("b") == "5");
}

BOOST_AUTO_TEST_CASE(no_payloads_are_none) {
    for (const char* payloads : {"null", "[]"})
        BOOST_TEST(events::decode(invoke(R"({"method":"GET","path":"/p","payloads":)" +
                                         std::string(payloads) + "}"))
                       .request.url.path == "/p");
}

BOOST_AUTO_TEST_CASE(the_client_is_an_address_or_nobody) {
    auto client = [](const std::string& headers) {
        return events::decode(invoke(R"({"method":"GET","path":"/","headers":{)" + headers + "}}"))
            .request.remote_address;
    };

    BOOST_TEST(client(R"("x-real-ip":"2001:db8::1")") == "2001:db8::1");
    BOOST_TEST(client(R"("x-real-ip":"<script>","x-forwarded-for":"203.0.113.9")") ==
               "203.0.113.9");
    for (const char* bad : {"", "example.com", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ",
                            "dead", "::1%eth0", "203.0.113.9:80", "0x7f.1"})
        BOOST_TEST(client("\"x-real-ip\":\"" + std::string(bad) + '"') == "");
}

BOOST_AUTO_TEST_CASE(pairs_obey_the_rules_of_every_header) {
    Event event = events::decode(
        R"({"method":"GET","path":"/","body":"abc","headers":[["Transfer-Encoding","chunked"],)"
        R"(["connection","x"],["x-amzn-request-context","{}"],["X-Vercel-Internal-A","1"],)"
        R"(["Content-Length","3"],["content-length","9"],["X-Ok","1"]]})");

    BOOST_TEST(event.request.headers.size() == 2u);
    BOOST_TEST(event.request.headers.values("content-length").size() == 1u);
    BOOST_TEST(event.request.headers.get("x-ok") == "1");
}

BOOST_AUTO_TEST_CASE(errors_in_pairs_name_the_byte_of_the_element) {
    const std::string start = R"({"method":"GET","path":"/","headers":[["a","b"],)";
    const std::string at = " (byte " + std::to_string(start.size());

    BOOST_TEST(refusal(start + "1]}") ==
               "headers[1]: expected [name, value], both of them strings" + at + ")");
    BOOST_TEST(refusal(start + R"([5,"x"]]})").ends_with(at + ")"));
    BOOST_TEST(refusal(start + R"(["a b","x"]]})") ==
               "headers[1]: the name of a header is a token (RFC 9110 section 5.1) (byte " +
                   std::to_string(start.size() + 1) + ")");
}

BOOST_AUTO_TEST_CASE(a_star_is_a_target_of_options_alone) {
    BOOST_TEST(events::decode(R"({"method":"OPTIONS","path":"*"})").request.url.path == "*");
    BOOST_TEST(events::decode(R"({"method":"GET","path":"*"})").request.url.path == "/*");
}

BOOST_AUTO_TEST_CASE(more_payloads_than_anybody_sends_are_refused) {
    const std::string payload = R"({"method":"GET","path":"/"})";

    BOOST_TEST(refusal(invoke(R"({"payloads":)" + repeated(payload, 2'001) + "}"))
                   .starts_with("body.payloads: more than 2000 values in it; send fewer (byte "));
    BOOST_TEST(refusal(invoke(R"({"payloads":)" + repeated(payload, 2'000) + "}")) == "");
}

BOOST_AUTO_TEST_CASE(payloads_share_one_measure_of_what_lists_repeat) {
    const std::string payload = R"({"method":"GET","path":"/","headers":{")" +
                                std::string(500, 'a') + "\":" + repeated("\"\"", 100) + "}}";

    BOOST_TEST(refusal(invoke(payload)) == "");
    BOOST_TEST(
        refusal(invoke(R"({"payloads":)" + repeated(payload, 100) + "}")).find("take more than ") !=
        std::string::npos);
}

BOOST_AUTO_TEST_CASE(pairs_without_end_are_refused) {
    BOOST_TEST(refusal(R"({"method":"GET","path":"/","headers":)" + repeated("0", 20'001) + "}")
                   .starts_with("headers: more than 20000 values in it; send fewer (byte "));
}

BOOST_AUTO_TEST_CASE(what_a_pair_of_connection_names_is_dropped) {
    const Event event = events::decode(
        R"({"method":"GET","path":"/","headers":[["X-A","1"],["Connection","x-a"],["X-B","2"]]})");

    BOOST_TEST(event.request.headers.size() == 1u);
    BOOST_TEST(event.request.headers.get("x-b") == "2");
}

BOOST_AUTO_TEST_CASE(a_host_that_is_none_is_refused_inside_too) {
    BOOST_TEST(refusal(invoke(R"({"method":"GET","path":"/","host":"a b"})"))
                   .starts_with("body.host: expected a name or an address"));
}

BOOST_AUTO_TEST_CASE(an_id_with_controls_names_no_request) {
    auto with = [](const std::string& id) {
        return invoke(R"({"method":"GET","path":"/","headers":{"x-vercel-id":")" + id + "\"}}");
    };

    BOOST_TEST(
        refusal(with("a\\u001b")).starts_with("body.headers.x-vercel-id: control characters"));
    BOOST_TEST(decode_leniently(with("a\\u001b")).request.context.request_id == "");
    BOOST_TEST(events::decode(with("iad1::a")).request.context.request_id == "iad1::a");
}

BOOST_AUTO_TEST_SUITE_END()

// CloudFront's request triggers.
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>
#include <turngate/events/invocation.h>

using namespace turngate;
using namespace turngate::testing;
using events::Event;

namespace {

std::string edge(const std::string& request) {
    return R"({"Records":[{"cf":{"config":{"distributionDomainName":"d1.cloudfront.net",)"
           R"("eventType":"viewer-request","requestId":"r1=="},"request":)" +
           request + "}}]}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decode_edge)

BOOST_AUTO_TEST_CASE(every_part_of_the_request_arrives) {
    Event event = events::decode(edge(
        R"({"clientIp":"203.0.113.9","method":"PUT","uri":"/a%2Fb c","querystring":"q=1&q=2|",)"
        R"("headers":{"host":[{"key":"Host","value":"h"}],"x-a":[{"key":"X-A","value":"1"},)"
        R"({"key":"x-a","value":"2"}],"via":[{"value":"v"}]},)"
        R"("body":{"inputTruncated":false,"action":"read-only","encoding":"base64","data":"aGk="}})"));
    const Request& request = event.request;

    BOOST_TEST(request.method == "PUT");
    BOOST_TEST(request.url.target() == "/a%2Fb%20c?q=1&q=2%7C");
    BOOST_TEST(request.url.host == "h");
    BOOST_TEST(request.url.scheme == "https");
    BOOST_TEST(request.headers.joined("x-a") == "1, 2");
    BOOST_TEST(request.headers.get("via") == "v");
    BOOST_TEST(request.remote_address == "203.0.113.9");
    BOOST_TEST(request.context.request_id == "r1==");
    BOOST_TEST(event.request.body.text() == "hi");
    const Json config = request.context.find<events::Invocation>()->context();
    BOOST_TEST(config["eventType"].string_or("") == "viewer-request");
}

BOOST_AUTO_TEST_CASE(a_body_that_was_cut_off_is_too_large) {
    try {
        events::decode(edge(R"({"method":"POST","uri":"/","body":{"inputTruncated":true}})"));
        BOOST_ERROR("accepted");
    } catch (const HttpError& e) {
        BOOST_TEST(e.status() == 413);
    }
}

BOOST_AUTO_TEST_CASE(wrong_members_are_named) {
    auto what = [](const std::string& request) { return refusal(edge(request)); };

    BOOST_TEST(what(R"({"uri":"/"})").starts_with("Records[0].cf.request.method: "));
    BOOST_TEST(what(R"({"method":"GET"})").starts_with("Records[0].cf.request.uri: "));
    BOOST_TEST(what(R"({"method":"GET","uri":5})").starts_with("Records[0].cf.request.uri: "));
    BOOST_TEST(what(R"({"method":"GET","uri":"/","headers":{"a":"b"}})")
                   .starts_with("Records[0].cf.request.headers.a: expected an array"));
    BOOST_TEST(what(R"({"method":"GET","uri":"/","headers":{"a":[{"value":"b\r\n"}]}})")
                   .starts_with("Records[0].cf.request.headers.a: a header value"));
    BOOST_TEST(what(R"({"method":"GET","uri":"/","headers":{"a":[{"key":"b","value":"c"}]}})")
                   .starts_with("Records[0].cf.request.headers.a[0].key: "));
    BOOST_TEST(what(R"({"method":"GET","uri":"/","body":{"encoding":"base64","data":"%"}})")
                   .starts_with("Records[0].cf.request.body.data: expected base64"));
    BOOST_TEST(what(R"({"method":"GET","uri":"/","uri":"/b"})") != "");
    BOOST_TEST(refusal(R"({"Records":[{"cf":{}}]})").starts_with("Records[0].cf.request: "));
}

BOOST_AUTO_TEST_CASE(an_error_names_the_byte_of_the_value_itself) {
    auto check = [](const std::string& request, const std::string& value, const std::string& text) {
        const std::string json = edge(request);
        BOOST_TEST(refusal(json) ==
                   "Records[0].cf." + text + " (byte " + std::to_string(json.find(value)) + ")");
    };

    check(R"({"method":"GET","uri":15})", "15", "request.uri: expected a string, found a number");
    check(R"({"method":"GET","uri":"/","headers":{"a":[{"value":"x"},{"value":16}]}})", "16",
          "request.headers.a[1].value: expected a string, found a number");
    check(R"({"method":"GET","uri":"/","headers":{"a":["17"]}})", "\"17\"",
          "request.headers.a[0]: expected an object, found a string");
    check(R"({"method":"GET","uri":"/","headers":{"a":[{"key":"a"}]}})", R"({"key")",
          "request.headers.a[0].value: expected a string, found nothing");
    check(R"({"method":"GET","uri":"/","body":{"inputTruncated":"18"}})", "\"18\"",
          "request.body.inputTruncated: expected a boolean, found a string");
    check(R"({"method":"GET","uri":"/","origin":{"a":[{"b":19e999}]}})", "19e999",
          "request.origin.a[0].b: expected a number that a double can hold");
    check(R"({"method":"GET","uri":"/","x":{"b":1,"c":2,"\u0062":3}})", R"("\u0062")",
          "request.x.b: stands twice");
}

BOOST_AUTO_TEST_CASE(lenient_decoding_keeps_what_is_of_another_type) {
    Event event = decode_leniently(edge(
        R"({"method":"GET","uri":"/","querystring":20,"headers":{"a":[{"value":21}],"b":"x",)"
        R"("c":[{"key":"d","value":"1"}],"e":[{"value":{}}]},"body":{"encoding":"x","data":22}})"));

    BOOST_TEST(event.request.url.query == "20");
    BOOST_TEST(event.request.headers.get("a") == "21");
    BOOST_TEST(event.request.headers.get("c") == "1");
    BOOST_TEST(!event.request.headers.contains("b"));
    BOOST_TEST(!event.request.headers.contains("e"));
    BOOST_TEST(event.request.body.text() == "22");
    BOOST_TEST(event.repairs.size() == 7u);
}

BOOST_AUTO_TEST_CASE(what_a_client_says_of_scheme_and_port_is_not_believed) {
    Event event = events::decode(edge(
        R"({"method":"GET","uri":"/","headers":{"x-forwarded-proto":[{"value":"http"}],)"
        R"("x-forwarded-port":[{"value":"8080"}],"cloudfront-forwarded-proto":[{"value":"https"}]}})"));

    BOOST_TEST(event.request.url.scheme == "https");
    BOOST_TEST(event.request.url.port == 0);
}

BOOST_AUTO_TEST_CASE(fields_that_would_fill_the_memory_are_refused) {
    auto with = [](const std::string& headers) {
        return refusal(edge(R"({"method":"GET","uri":"/","headers":{)" + headers + "}}"));
    };
    const std::string repeating =
        with("\"" + std::string(10'000, 'a') + "\":" + repeated(R"({"value":""})", 1'000));

    BOOST_TEST(repeating.starts_with("Records[0].cf.request.headers.aaa"));
    BOOST_TEST(repeating.find("take more than ") != std::string::npos);
    BOOST_TEST(with("\"a\":" + repeated("0", 20'001))
                   .starts_with("Records[0].cf: more than 20000 values in it; send fewer (byte "));
}

BOOST_AUTO_TEST_CASE(words_of_the_config_have_no_controls) {
    BOOST_TEST(refusal(R"({"Records":[{"cf":{"config":{"requestId":"a\n"},)"
                       R"("request":{"method":"GET","uri":"/"}}}]})") ==
               "Records[0].cf.config.requestId: control characters (byte 41)");
}

BOOST_AUTO_TEST_CASE(a_second_record_is_refused) {
    const std::string record = R"({"cf":{"request":{"method":"GET","uri":"/a"}}})";
    const std::string json = "{\"Records\":[" + record + "," + record + "]}";

    BOOST_TEST(refusal(json) ==
               "Records[1]: an event of CloudFront has one record, send each alone (byte " +
                   std::to_string(json.rfind("{\"cf\"")) + ")");
    BOOST_TEST(refusal("{\"Records\":[" + record + ",null,{}]}").starts_with("Records[1]: "));
    BOOST_TEST(decode_leniently(json).repairs.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_host_that_is_none_is_refused) {
    BOOST_TEST(refusal(R"({"Records":[{"cf":{"config":{"distributionDomainName":"a/b"},)"
                       R"("request":{"method":"GET","uri":"/"}}}]})")
                   .starts_with("Records[0].cf.config.distributionDomainName: expected a name"));
}

BOOST_AUTO_TEST_SUITE_END()

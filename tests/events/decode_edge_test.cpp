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
                   .starts_with("Records[0].cf.request.headers.a[].key: "));
    BOOST_TEST(what(R"({"method":"GET","uri":"/","body":{"encoding":"base64","data":"%"}})")
                   .starts_with("Records[0].cf.request.body.data: expected base64"));
    BOOST_TEST(what(R"({"method":"GET","uri":"/","uri":"/b"})") != "");
    BOOST_TEST(refusal(R"({"Records":[{"cf":{}}]})").starts_with("Records[0].cf.request: "));
}

BOOST_AUTO_TEST_SUITE_END()

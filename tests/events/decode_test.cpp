// Strict and lenient decoding, methods, and the sources with rules of their own.
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>

using namespace turngate;
using namespace turngate::testing;
using events::Event;
using events::Format;

BOOST_AUTO_TEST_SUITE(decode)

BOOST_AUTO_TEST_CASE(a_method_is_a_token_in_upper_case) {
    auto method = [](const char* json) {
        return events::decode(R"({"path":"/","requestContext":{},"httpMethod":)" +
                              std::string(json) + "}")
            .request.method;
    };

    BOOST_TEST(method("\"get\"") == "GET");
    BOOST_TEST(method("\"M-SEARCH\"") == "M-SEARCH");
    for (const char* bad : {"\"\"", "\"GE T\"", "\"G\\r\\nX: 1\"", "5", "null", "[]", "\"é\""})
        BOOST_CHECK_THROW(method(bad), JsonError);
}

BOOST_AUTO_TEST_CASE(lenient_decoding_repairs_and_says_what) {
    Event event = decode_leniently(
        R"({"httpMethod":null,"requestContext":"x","headers":{"a":1,"b":null,"c":["1","2"],)"
        R"("d":{"e":1},"bad name":"x","f":"a\nb","ok":"1"},"multiValueHeaders":[],"path":null,)"
        R"("queryStringParameters":{"n":5,"t":true,"o":{}},"cookies":"k=v","body":{"x": [1]},)"
        R"("isBase64Encoded":"true"})");
    const Request& request = event.request;

    BOOST_TEST(request.method == "GET");
    BOOST_TEST(request.url.path == "/");
    BOOST_TEST(request.url.query == "n=5&t=true&o=");
    BOOST_TEST(request.headers.get("a") == "1");
    BOOST_TEST(request.headers.joined("c") == "1, 2");
    BOOST_TEST(request.headers.get("cookie") == "k=v");
    BOOST_TEST(!request.headers.contains("b"));
    BOOST_TEST(!request.headers.contains("d"));
    BOOST_TEST(!request.headers.contains("f"));
    BOOST_TEST(event.request.body.text() == R"({"x": [1]})");
    BOOST_TEST(event.repairs.size() >= 14u);
    BOOST_TEST(event.repairs[0] ==
               "requestContext: expected an object, found a string; passed over");
}

BOOST_AUTO_TEST_CASE(lenient_decoding_has_nothing_to_say_about_a_right_event) {
    BOOST_TEST(decode_leniently(rest_event(R"(,"headers":{"a":"1"},"body":"x")")).repairs.empty());
}

BOOST_AUTO_TEST_CASE(what_has_no_one_meaning_is_refused_leniently_too) {
    for (const char* json :
         {R"({"httpMethod":"GET","path":"/a","path":"/b"})", R"({"httpMethod":"G T","path":"/"})",
          R"({"httpMethod":5,"path":"/"})", R"({"rawPath":"/","requestContext":{"http":1}})", "{"})
        BOOST_CHECK_THROW(decode_leniently(json), JsonError);
}

BOOST_AUTO_TEST_CASE(lenient_base64_falls_back_to_text) {
    Event event = decode_leniently(rest_event(R"(,"body":"%%","isBase64Encoded":true)"));

    BOOST_TEST(event.request.body.text() == "%%");
    BOOST_TEST(event.repairs.size() == 1u);
}

BOOST_AUTO_TEST_CASE(lattice_takes_strings_and_lists_and_a_query_in_the_path) {
    Event v1 = events::decode(
        R"({"raw_path":"/a%2Fb?x=1","method":"POST","headers":{"x-forwarded-for":"203.0.113.9"},)"
        R"("query_string_parameters":{"x":"1"},"body":"aGk=","is_base64_encoded":true})");
    Event v2 = events::decode(
        R"({"version":"2.0","path":"/p","method":"GET","headers":{"a":["1","2"],"b":"3","c":[]},)"
        R"("queryStringParameters":{"q":["1 ","2"],"r":"3"},)"
        R"("requestContext":{"serviceNetworkArn":"arn"}})");

    BOOST_TEST((v1.format == Format::lattice_v1));
    BOOST_TEST(v1.request.url.target() == "/a%2Fb?x=1");
    BOOST_TEST(v1.request.body.text() == "hi");
    BOOST_TEST(v1.request.remote_address == "203.0.113.9");
    BOOST_TEST((v2.format == Format::lattice_v2));
    BOOST_TEST(v2.request.url.target() == "/p?q=1%20&q=2&r=3");
    BOOST_TEST(v2.request.headers.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_health_check_of_a_load_balancer_has_almost_nothing) {
    Event event = events::decode(alb_event(
        R"(,"headers":{"user-agent":"ELB-HealthChecker/2.0"},"queryStringParameters":{})"));

    BOOST_TEST(event.request.url.host == "");
    BOOST_TEST(event.request.remote_address == "");
    BOOST_TEST(event.request.url.target() == "/x");
}

BOOST_AUTO_TEST_CASE(a_websocket_event_is_a_post_to_the_kind_of_event) {
    auto decoded = [](const std::string& type, const std::string& more = {}) {
        return events::decode(R"({"requestContext":{"connectionId":"c1=","eventType":")" + type +
                              R"(","routeKey":"$x","identity":{"sourceIp":"203.0.113.9"}})" + more +
                              "}");
    };
    Event connect = decoded("CONNECT", R"(,"multiValueHeaders":{"Host":["h"]},)"
                                       R"("queryStringParameters":{"t":"1"})");
    Event message = decoded("MESSAGE", R"(,"body":"{\"a\":1}","isBase64Encoded":false)");

    BOOST_TEST(connect.request.method == "POST");
    BOOST_TEST(connect.request.url.target() == "/websocket/connect?t=1");
    BOOST_TEST(connect.request.url.host == "h");
    BOOST_TEST(message.request.url.path == "/websocket/message");
    BOOST_TEST(message.request.headers.get("content-type") == "application/json");
    BOOST_TEST(message.request.body.text() == "{\"a\":1}");
    BOOST_TEST(message.request.headers.get("x-amzn-request-context")
                   .starts_with(R"({"connectionId":"c1=")"));
    BOOST_TEST(message.request.remote_address == "203.0.113.9");
    BOOST_TEST(decoded("DISCONNECT").request.url.path == "/websocket/disconnect");
    BOOST_CHECK_THROW(decoded("OTHER"), JsonError);
}

BOOST_AUTO_TEST_CASE(the_path_of_websocket_events_can_be_chosen) {
    events::DecodeOptions options;
    options.websocket_path = "ws/";
    BOOST_TEST(
        events::decode(R"({"requestContext":{"connectionId":"c","eventType":"CONNECT"}})", options)
            .request.url.path == "/ws/connect");
}

BOOST_AUTO_TEST_CASE(a_raw_event_is_posted_byte_for_byte) {
    const std::string json = " {\"Records\" : [ {\"eventSource\":\"aws:sqs\", \"n\": 1e400} ]}\n";
    Event event = events::decode(json);

    BOOST_TEST(event.request.method == "POST");
    BOOST_TEST(event.request.url.target() == "/events");
    BOOST_TEST(event.request.headers.get("content-type") == "application/json");
    BOOST_TEST(event.request.headers.get("content-length") == std::to_string(json.size()));
    BOOST_TEST(event.request.body.text() == json);
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_no_part_of_a_raw_event) {
    Event event = events::decode("\xEF\xBB\xBF [1]");

    BOOST_TEST(event.request.body.text() == " [1]");
    BOOST_TEST(event.request.headers.get("content-length") == "4");
}

BOOST_AUTO_TEST_CASE(raw_events_go_where_the_first_matching_route_leads) {
    events::DecodeOptions options;
    options.routes = {{"aws:sqs", "/queue"}, {"eventbridge", "bus"}, {"", "/rest"}};
    auto path = [&](const char* json) { return events::decode(json, options).request.url.path; };

    BOOST_TEST(path(R"({"Records":[{"eventSource":"aws:sqs"}]})") == "/queue");
    BOOST_TEST(path(R"({"detail-type":"d","source":"s","detail":{}})") == "/bus");
    BOOST_TEST(path("[]") == "/rest");
}

BOOST_AUTO_TEST_SUITE_END()

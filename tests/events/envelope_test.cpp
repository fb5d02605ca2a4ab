// Reading the members of an event: twins, offsets, sizes, and what is not JSON.
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>

using namespace turngate;
using namespace turngate::testing;

BOOST_AUTO_TEST_SUITE(envelope)

BOOST_AUTO_TEST_CASE(a_member_that_stands_twice_is_refused_however_it_is_spelled) {
    BOOST_TEST(refusal(R"({"httpMethod":"GET","path":"/a","path":"/b"})") ==
               "path: stands twice (byte 32)");
    BOOST_TEST(refusal(R"({"httpMethod":"GET","pa\u0074h":"/a","path":"/b"})") ==
               "path: stands twice (byte 37)");
    BOOST_TEST(refusal(rest_event({}, R"(,"stage":"b")")).starts_with("requestContext.stage: "));
}

BOOST_AUTO_TEST_CASE(a_header_that_stands_twice_is_refused_among_any_number) {
    std::string headers;
    for (int i = 0; i < 300; ++i)
        headers += (i ? ",\"h" : "\"h") + std::to_string(i) + R"(":"v")";

    BOOST_TEST(refusal(rest_event(",\"headers\":{" + headers + "}")) == "");
    BOOST_TEST(refusal(rest_event(",\"headers\":{" + headers + R"(,"h7":"w"})"))
                   .starts_with("headers.h7: stands twice"));
    BOOST_TEST(refusal(rest_event(R"(,"multiValueHeaders":{"a":["1","2"],"b":[],"a":["3"]})"))
                   .starts_with("multiValueHeaders.a: stands twice"));
}

BOOST_AUTO_TEST_CASE(names_are_case_sensitive_and_unknown_ones_may_stand_twice) {
    BOOST_TEST(refusal(rest_event(R"(,"HttpMethod":"POST","extra":1,"extra":2)")) == "");
    BOOST_TEST(events::decode(rest_event(R"(,"HttpMethod":"POST")")).request.method == "GET");
}

BOOST_AUTO_TEST_CASE(members_within_unknown_ones_are_not_taken_for_the_events_own) {
    events::Event event = events::decode(
        rest_event(R"(,"extra":{"path":"/y","headers":{"a":"1"}},"list":[{"path":"/z"}])"));

    BOOST_TEST(event.request.url.path == "/x");
    BOOST_TEST(event.request.headers.empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused_with_the_byte) {
    BOOST_TEST(refusal("") != "");
    BOOST_TEST(refusal(R"({"path":"/)").starts_with("bad JSON at byte 10"));
    BOOST_TEST(refusal("{\"path\":\"\xff\"}").starts_with("bad JSON at byte 9"));
    BOOST_TEST(refusal("{} {}").starts_with("bad JSON at byte 3"));
    BOOST_TEST(refusal(std::string(200, '[')).starts_with("bad JSON at byte 64"));
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_passed_over) {
    BOOST_TEST(events::decode("\xef\xbb\xbf" + rest_event()).request.url.path == "/x");
    const std::string json = "\xef\xbb\xbf" + rest_event(R"(,"body":5)");
    BOOST_TEST(refusal(json) == "body: expected a string, found a number (byte " +
                                    std::to_string(json.size() - 2) + ")");
}

BOOST_AUTO_TEST_CASE(an_event_past_the_limit_is_refused_before_it_is_read) {
    const std::string event = rest_event();

    BOOST_TEST(refusal(event, {.max_size = event.size()}) == "");
    BOOST_TEST(refusal(event, {.max_size = event.size() - 1}) ==
               "the event has " + std::to_string(event.size()) + " bytes, more than the limit of " +
                   std::to_string(event.size() - 1));
    try {
        events::decode(event, {.max_size = 10});
        BOOST_ERROR("accepted");
    } catch (const HttpError& e) {
        BOOST_TEST(e.status() == 413);
    }
}

BOOST_AUTO_TEST_CASE(six_megabytes_of_one_string_are_read) {
    const std::string big(6'000'000, 'x');
    events::Event event = events::decode(rest_event(",\"body\":\"" + big + '"'));

    BOOST_TEST((event.request.body.text() == big));
}

BOOST_AUTO_TEST_CASE(names_in_errors_have_no_controls_and_an_end) {
    const std::string text = refusal(rest_event(R"(,"headers":{"a\r\nb":1})"));

    BOOST_TEST(text.starts_with("headers.a??b: "));
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"a\u009b\u00a0\u001bb":1})"))
                   .starts_with("headers.a?\u00a0?b: "));
    BOOST_TEST(refusal(rest_event(",\"headers\":{\"" + std::string(5000, 'a') + "\":1}")).size() <
               300u);
}

BOOST_AUTO_TEST_CASE(more_entries_than_any_source_sends_are_refused) {
    const std::string json =
        rest_event(",\"multiValueHeaders\":{\"a\":" + repeated("0", 20'001) + "}");
    std::string headers = "\"h\":\"\"";
    for (int i = 1; i < 20'000; ++i)
        headers += ",\"h" + std::to_string(i) + "\":\"\"";

    BOOST_TEST(refusal(json) ==
               "multiValueHeaders.a[20000]: more than 20000 header fields, query parameters and "
               "cookies in one event; send fewer (byte " +
                   std::to_string(json.rfind('0')) + ")");
    BOOST_TEST(refusal(rest_event(",\"headers\":{" + headers + "}")) == "");
    BOOST_TEST(refusal(rest_event(",\"headers\":{" + headers + "},\"cookies\":[\"a\"]"))
                   .starts_with("cookies[0]: more than 20000"));
}

BOOST_AUTO_TEST_SUITE_END()

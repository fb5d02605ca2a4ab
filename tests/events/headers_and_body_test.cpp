// Header fields, cookies, bodies, and where a request came from.
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>

using namespace turngate;
using namespace turngate::testing;
using events::Event;

namespace {

using Values = std::vector<std::string>;

std::string body_of(const std::string& json) {
    Event event = events::decode(json);
    return event.request.body.text();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(headers_and_body)

BOOST_AUTO_TEST_CASE(fields_keep_their_order_and_spelling) {
    Event event = events::decode(rest_event(R"(,"headers":{"X-b":"1","A":"é","12":"n"})"));

    auto field = event.request.headers.begin();
    BOOST_TEST((*field).name == "X-b");
    BOOST_TEST((*++field).value == "\xc3\xa9");
    BOOST_TEST((*++field).name == "12");
}

BOOST_AUTO_TEST_CASE(lists_win_over_strings_name_by_name) {
    Event event = events::decode(
        rest_event(R"(,"headers":{"accept":"last","only":"1","empty":"x"},)"
                   R"("multiValueHeaders":{"Accept":["first","last"],"Empty":[],"more":["2"]})"));
    const Headers& headers = event.request.headers;

    BOOST_TEST((headers.values("accept") == Values{"first", "last"}));
    BOOST_TEST((headers.values("only") == Values{"1"}));
    BOOST_TEST((headers.values("more") == Values{"2"}));
    BOOST_TEST((headers.values("empty") == Values{"x"}));
    BOOST_TEST(headers.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_list_without_values_takes_nothing_from_the_strings) {
    auto all = [](const Event& event) { return event.request.headers.joined("a", "|"); };

    BOOST_TEST(all(events::decode(rest_event(
                   R"(,"headers":{"b":"0","a":"1"},"multiValueHeaders":{"A":[],"b":["0"]})"))) ==
               "1");
    BOOST_TEST(all(events::decode(rest_event(
                   R"(,"headers":{"a":"1"},"multiValueHeaders":{"a":[],"A":["2"]})"))) == "2");
    BOOST_TEST(all(events::decode(rest_event(
                   R"(,"headers":{"a":"1"},"multiValueHeaders":{"A":["2"],"a":[]})"))) == "2");
    BOOST_TEST(all(events::decode(
                   rest_event(R"(,"headers":{"a":"1"},"multiValueHeaders":{"a":[]})"))) == "1");
    BOOST_TEST(all(decode_leniently(
                   rest_event(R"(,"headers":{"a":"1"},"multiValueHeaders":{"a":[null]})"))) == "1");
}

BOOST_AUTO_TEST_CASE(null_maps_are_none) {
    Event event = events::decode(rest_event(
        R"(,"headers":null,"multiValueHeaders":null,"queryStringParameters":null,"body":null,)"
        R"("isBase64Encoded":null,"cookies":null)"));

    BOOST_TEST(event.request.headers.empty());
    BOOST_TEST(event.request.body.text() == "");
}

BOOST_AUTO_TEST_CASE(joined_values_of_http_apis_are_not_split) {
    Event event = events::decode(http_api_event(R"(,"headers":{"x":"a,b","date":"Mon, 1"})"));

    BOOST_TEST((event.request.headers.values("x") == Values{"a,b"}));
}

BOOST_AUTO_TEST_CASE(fields_of_the_connection_and_our_own_are_dropped) {
    Event event = events::decode(http_api_event(
        R"(,"headers":{"connection":"x","Transfer-Encoding":"chunked","te":"t","keep-alive":"1",)"
        R"("upgrade":"h2","trailer":"t","proxy-connection":"p","X-Amzn-Request-Context":"{}",)"
        R"("x-amzn-lambda-context":"{}","x-amz-tenant-id":"t","X-Vercel-Internal-Any":"v",)"
        R"("x-vercel-id":"stays","tea":"stays"})"));

    BOOST_TEST(event.request.headers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_field_that_could_split_a_message_is_refused) {
    BOOST_TEST(refusal(http_api_event(R"(,"headers":{"x":"a\r\nb"})"))
                   .starts_with("headers.x: a header value has no CR, LF or NUL"));
    BOOST_TEST(refusal(rest_event(R"(,"multiValueHeaders":{"x":["ok","a\u0000b"]})"))
                   .starts_with("multiValueHeaders.x[1]: a header value"));
    for (const char* name : {"bad name", "", "a:b", "é", "x\\ny"})
        BOOST_TEST(refusal(http_api_event(",\"headers\":{\"" + std::string(name) + R"(":"x"})"))
                       .find("the name of a header is a token") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(values_of_the_wrong_type_are_refused_with_member_and_byte) {
    const std::string json = rest_event(R"(,"headers":{"x":5})");

    BOOST_TEST(refusal(json) == "headers.x: expected a string, found a number (byte " +
                                    std::to_string(json.size() - 3) + ")");
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"x":null})")).find("found null") !=
               std::string::npos);
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"x":{"y":"z"}})")).find("found an object") !=
               std::string::npos);
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"x":["y"]})")).find("found an array") !=
               std::string::npos);
    BOOST_TEST(refusal(rest_event(R"(,"multiValueHeaders":{"x":"y"})"))
                   .starts_with("multiValueHeaders.x: expected an array of strings"));
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"a":1},"multiValueHeaders":{"a":["1"]})"))
                   .starts_with("headers.a: expected a string"));
}

BOOST_AUTO_TEST_CASE(two_hosts_are_refused) {
    const std::string json = rest_event(R"(,"multiValueHeaders":{"host":["a","b"]})");
    BOOST_TEST(refusal(json) == "multiValueHeaders.host[1]: stands more than once (byte " +
                                    std::to_string(json.find("\"b\"")) + ")");
    BOOST_TEST(refusal(http_api_event(R"(,"headers":{"host":"a","Host":"a"})"))
                   .starts_with("headers.Host: stands more than once"));
    BOOST_TEST(decode_leniently(json).request.headers.joined("host") == "a");
}

BOOST_AUTO_TEST_CASE(cookies_are_one_field_and_win_over_the_header) {
    Event event =
        events::decode(http_api_event(R"(,"cookies":["a=1","b=2"],"headers":{"Cookie":"c=3"})"));
    Event without = events::decode(http_api_event(R"(,"cookies":[],"headers":{"Cookie":"c=3"})"));

    BOOST_TEST((event.request.headers.values("cookie") == Values{"a=1; b=2"}));
    BOOST_TEST((without.request.headers.values("cookie") == Values{"c=3"}));
}

BOOST_AUTO_TEST_CASE(bad_cookies_are_refused) {
    for (const char* cookies : {R"("a=1")", "[1]", "[null]", R"(["a\r\nb"])", R"([["a"]])", "{}"})
        BOOST_TEST(
            refusal(http_api_event(",\"cookies\":" + std::string(cookies))).starts_with("cookies"));
}

BOOST_AUTO_TEST_CASE(a_body_is_text_or_base64_and_has_a_length) {
    Event event = events::decode(rest_event(R"(,"body":"aGkA/w==","isBase64Encoded":true)"));

    BOOST_TEST((event.request.body.text() == std::string("hi\0\xff", 4)));
    BOOST_TEST(event.request.headers.get("content-length") == "4");
    BOOST_TEST(body_of(rest_event(R"(,"body":"aGk=","isBase64Encoded":false)")) == "aGk=");
    BOOST_TEST(body_of(rest_event(R"(,"body":"\u0000\ud83d\ude00")")) ==
               std::string("\0\xf0\x9f\x98\x80", 5));
}

BOOST_AUTO_TEST_CASE(an_empty_or_absent_body_is_right_even_as_base64) {
    for (const char* body :
         {R"(,"body":"")", R"(,"body":null)", "", R"(,"body":"","isBase64Encoded":true)",
          R"(,"isBase64Encoded":true)"}) {
        Event event = events::decode(rest_event(body));
        BOOST_TEST(event.request.body.text() == "");
        BOOST_TEST(!event.request.headers.contains("content-length"));
    }
}

BOOST_AUTO_TEST_CASE(the_length_is_that_of_the_body_whatever_the_event_says) {
    Event event = events::decode(
        rest_event(R"(,"body":"abc","headers":{"Content-Length":"7","content-length":"8"})"));
    Event none = events::decode(rest_event(R"(,"headers":{"Content-Length":"7"})"));
    Event number = events::decode(rest_event(R"(,"body":"abc","headers":{"Content-Length":7})"));

    BOOST_TEST((event.request.headers.values("content-length") == Values{"3"}));
    BOOST_TEST(none.request.headers.get("content-length") == "0");
    BOOST_TEST((number.request.headers.values("content-length") == Values{"3"}));
}

BOOST_AUTO_TEST_CASE(there_is_one_length_even_if_the_first_is_right) {
    for (const char* lengths : {R"(["3","8"])", R"(["3","3"])", R"(["8","3"])", R"(["","3"])"}) {
        Event event =
            events::decode(rest_event(R"(,"body":"abc","multiValueHeaders":{"Content-Length":)" +
                                      std::string(lengths) + "}"));
        BOOST_TEST((event.request.headers.values("content-length") == Values{"3"}));
    }
    Event both = events::decode(
        rest_event(R"(,"body":"abc","headers":{"content-length":"3","Content-Length":"4"})"));
    BOOST_TEST((both.request.headers.values("content-length") == Values{"3"}));
    Event empty = events::decode(rest_event(R"(,"headers":{"content-length":""})"));
    BOOST_TEST((empty.request.headers.values("content-length") == Values{"0"}));
}

BOOST_AUTO_TEST_CASE(bad_base64_is_refused_at_its_byte) {
    const std::string json = rest_event(R"(,"isBase64Encoded":true,"body":"aG%="})");
    const std::string percent = std::to_string(json.find('%'));

    BOOST_TEST(refusal(rest_event(R"(,"isBase64Encoded":true,"body":"aG%=")")) ==
               "body: expected base64 with padding (RFC 4648 section 4) (byte " + percent + ")");
    for (const char* text : {"aGk", "a=Gk", "====", "aGk=\\n", "aGl=", "é"})
        BOOST_TEST(
            refusal(rest_event(",\"isBase64Encoded\":true,\"body\":\"" + std::string(text) + "\""))
                .starts_with("body: expected base64"));
}

BOOST_AUTO_TEST_CASE(a_body_or_flag_of_the_wrong_type_is_refused) {
    for (const char* body : {"5", "{\"x\":1}", "[\"x\"]", "true"})
        BOOST_TEST(refusal(rest_event(",\"body\":" + std::string(body)))
                       .starts_with("body: expected a string, found"));
    for (const char* flag : {"1", "\"true\"", "[]"})
        BOOST_TEST(refusal(rest_event(",\"isBase64Encoded\":" + std::string(flag)))
                       .starts_with("isBase64Encoded: expected a boolean, found"));
}

BOOST_AUTO_TEST_CASE(the_client_is_who_the_gateway_says) {
    const std::string forged = R"(,"headers":{"x-forwarded-for":"127.0.0.1"})";

    BOOST_TEST(events::decode(http_api_event(forged)).request.remote_address == "203.0.113.9");
    BOOST_TEST(events::decode(rest_event(forged, R"(,"identity":{"sourceIp":"203.0.113.8"})"))
                   .request.remote_address == "203.0.113.8");
}

BOOST_AUTO_TEST_CASE(a_load_balancer_says_it_in_a_header_only) {
    auto client = [](const std::string& forwarded, bool last = false) {
        events::DecodeOptions options;
        options.client_is_last_forwarded = last;
        return events::decode(alb_event(",\"headers\":{\"X-Forwarded-For\":\"" + forwarded + "\"}"),
                              options)
            .request.remote_address;
    };

    BOOST_TEST(client("198.51.100.1, 203.0.113.9") == "198.51.100.1");
    BOOST_TEST(client("198.51.100.1, 203.0.113.9", true) == "203.0.113.9");
    BOOST_TEST(client("203.0.113.9:4711") == "203.0.113.9");
    BOOST_TEST(client("[2001:db8::1]:443") == "2001:db8::1");
    BOOST_TEST(client("2001:db8::1") == "2001:db8::1");
    BOOST_TEST(client("<b>, 203.0.113.9") == "");
    BOOST_TEST(client("") == "");
    BOOST_TEST(client("198.51.100.1, ", true) == "198.51.100.1");
    BOOST_TEST(client("198.51.100.1, made up", true) == "");
}

BOOST_AUTO_TEST_CASE(several_forwarded_fields_are_one_list) {
    auto client = [](bool last) {
        events::DecodeOptions options;
        options.client_is_last_forwarded = last;
        return events::decode(
                   alb_event(R"(,"multiValueHeaders":{"x-forwarded-for":["192.0.2.1, 192.0.2.2",)"
                             R"("192.0.2.3 , 192.0.2.4"]})"),
                   options)
            .request.remote_address;
    };

    BOOST_TEST(client(false) == "192.0.2.1");
    BOOST_TEST(client(true) == "192.0.2.4");
}

BOOST_AUTO_TEST_CASE(the_port_is_the_one_the_gateway_says) {
    auto port = [](const std::string& value) {
        return events::decode(alb_event(R"(,"headers":{"X-Forwarded-Port":")" + value + "\"}"))
            .request.url.port;
    };

    BOOST_TEST(port("8443") == 8443);
    BOOST_TEST(port("65535") == 65535);
    for (const char* bad :
         {"", "0", "65536", "99999999999", "-1", "+80", "80 ", "80,81", "http", "0x50"})
        BOOST_TEST(port(bad) == 0);
}

BOOST_AUTO_TEST_CASE(host_and_scheme_come_from_the_headers_else_from_the_context) {
    const std::string domain = R"(,"domainName":"api.example.com","protocol":"HTTP/2.0")";
    const Url plain = events::decode(rest_event({}, domain)).request.url;
    Event event = events::decode(
        rest_event(R"(,"headers":{"Host":"h:81","X-Forwarded-Proto":"HTTP"})", domain));

    BOOST_TEST(plain.host == "api.example.com");
    BOOST_TEST(plain.scheme == "https");
    BOOST_TEST(event.request.url.host == "h:81");
    BOOST_TEST(event.request.url.scheme == "http");
    BOOST_TEST(event.request.protocol == "HTTP/2.0");
}

BOOST_AUTO_TEST_CASE(words_that_become_variables_have_no_controls) {
    for (const char* context : {R"(,"domainName":"a\u0000")", R"(,"protocol":"HTTP/1.1\n")",
                                R"(,"requestId":"a\rb")", R"(,"identity":{"sourceIp":"1\n"})"})
        BOOST_TEST(refusal(rest_event({}, context)).find("control characters") !=
                   std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_context_goes_into_a_header_if_asked) {
    events::DecodeOptions options;
    options.context_header = true;
    Event event = events::decode(R"({"httpMethod":"GET","path":"/","requestContext":{"a":)"
                                 "\n\t\"b\"}}",
                                 options);

    BOOST_TEST(event.request.headers.get("x-amzn-request-context") == R"({"a":"b"})");
}

BOOST_AUTO_TEST_CASE(there_is_one_content_length_and_it_is_the_bodys) {
    for (auto lengths : {R"(["4","5"])", R"(["5","4"])", R"(["4","4"])", R"(["7","8","9"])"}) {
        const Event event = events::decode(rest_event(R"(,"multiValueHeaders":{"Content-Length":)" +
                                                      std::string(lengths) + R"(},"body":"four")"));
        BOOST_TEST(event.request.headers.values("content-length") == std::vector<std::string>{"4"},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(an_element_of_the_wrong_type_is_named_with_its_index) {
    const std::string json = rest_event(R"(,"multiValueHeaders":{"a":["x",5]})");

    BOOST_TEST(refusal(json) == "multiValueHeaders.a[1]: expected a string, found a number (byte " +
                                    std::to_string(json.rfind('5')) + ")");
    BOOST_TEST(refusal(http_api_event(R"(,"cookies":["a=1",null])"))
                   .starts_with("cookies[1]: expected a string, found null"));
    BOOST_TEST(refusal(http_api_event(R"(,"cookies":[5])"))
                   .starts_with("cookies[0]: expected a string, found a number"));
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"a":["x"]},"multiValueHeaders":{"a":["x"]})"))
                   .starts_with("headers.a: expected a string, found an array"));
}

BOOST_AUTO_TEST_CASE(fields_that_a_list_repeats_past_all_measure_are_refused) {
    const std::string map =
        "{\"" + std::string(10'000, 'a') + "\":" + repeated("\"\"", 1'000) + "}";

    for (const std::string& json :
         {rest_event(",\"multiValueHeaders\":" + map),
          R"({"raw_path":"/","method":"GET","headers":)" + map + "}",
          R"({"path":"/","method":"GET","headers":)" + map + "}",
          R"({"method":"GET","path":"/","requestContext":{"serviceArn":"a"},"headers":)" + map +
              "}"}) {
        const std::string text = refusal(json);
        BOOST_TEST(text.find("eaders.aaa") < 12u);
        BOOST_TEST(text.find("take more than " + std::to_string(4 * json.size() + 65'536) +
                             " bytes") != std::string::npos);
        BOOST_TEST(text.find(" (byte ") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_long_name_of_a_long_list_asks_for_no_more_than_its_own_bytes) {
    const std::string json = rest_event(",\"multiValueHeaders\":{\"" + std::string(2'000'000, 'a') +
                                        "\":" + repeated("null", 20'000) + "}");

    BOOST_TEST(refusal(json).find("expected a string, found null") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lenient_reading_does_not_repair_without_end) {
    events::DecodeOptions options;
    options.lenient = true;

    BOOST_TEST(refusal(rest_event(",\"multiValueHeaders\":{\"a\":" + repeated("{}", 10'000) + "}"),
                       options)
                   .ends_with("no more can be repaired in one event"));
}

BOOST_AUTO_TEST_CASE(fields_that_connection_names_are_dropped) {
    Event event = events::decode(
        http_api_event(R"(,"headers":{"x-secret":"1","connection":"close, X-Secret, host,X-B",)"
                       R"("host":"h","x-b":"2","x-c":"3"},"body":"b")"));
    Event both = events::decode(
        rest_event(R"(,"multiValueHeaders":{"Connection":["x-a","x-b"],"X-A":["1"]},)"
                   R"("headers":{"X-B":"2","x-c":"3"})"));

    BOOST_TEST(!event.request.headers.contains("x-secret"));
    BOOST_TEST(event.request.headers.size() == 3u);
    BOOST_TEST(event.request.url.host == "h");
    BOOST_TEST(both.request.headers.size() == 1u);
    BOOST_TEST(both.request.headers.get("x-c") == "3");
}

BOOST_AUTO_TEST_CASE(a_connection_field_is_checked_and_measured_as_any) {
    BOOST_TEST(refusal(http_api_event(R"(,"headers":{"connection":"a\r\nb"})"))
                   .starts_with("headers.connection: a header value has no CR, LF or NUL"));
    BOOST_TEST(refusal(http_api_event(",\"headers\":{\"connection\":\"" + std::string(20'000, ',') +
                                      "\"}"))
                   .find("take more than ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_host_that_is_none_is_refused) {
    const std::string json = rest_event(R"(,"headers":{"Host":"evil.test/x?y z"})");
    const std::string rule = ": expected a name or an address, perhaps with a port";

    BOOST_TEST(refusal(json).starts_with("headers.Host" + rule));
    BOOST_TEST(refusal(rest_event({}, R"(,"domainName":"a/b")"))
                   .starts_with("requestContext.domainName" + rule));
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"Host":"h"})", R"(,"domainName":"a/b")")) == "");
    for (const char* placeholder : {"*.example.com", "<url-id>.on.aws", "api.{dns_suffix}:80"})
        BOOST_TEST(refusal(rest_event(",\"headers\":{\"host\":\"" + std::string(placeholder) +
                                      "\"}")) == "");
    Event lenient = decode_leniently(json);
    BOOST_TEST(!lenient.request.headers.contains("host"));
    BOOST_TEST(lenient.request.url.host == "");
}

BOOST_AUTO_TEST_CASE(a_field_that_decides_has_one_spelling_in_a_map_of_strings) {
    for (const std::string name :
         {"authorization", "content-type", "x-forwarded-proto", "x-forwarded-port"}) {
        std::string other = name;
        other[0] = static_cast<char>(other[0] - 32);
        const std::string json =
            rest_event(",\"headers\":{\"" + name + "\":\"1\",\"" + other + "\":\"2\"}");
        BOOST_TEST(
            refusal(json).starts_with("headers." + other + ": stands more than once (byte "));
        BOOST_TEST(decode_leniently(json).request.headers.joined(name) == "1");
    }
    BOOST_TEST(refusal(rest_event(R"(,"headers":{"accept":"a","Accept":"b"})")) == "");
    BOOST_TEST(refusal(rest_event(R"(,"multiValueHeaders":{"authorization":["a","b"]})")) == "");
}

BOOST_AUTO_TEST_CASE(a_trace_id_with_controls_names_no_request) {
    const std::string json = alb_event(R"(,"headers":{"x-amzn-trace-id":"Root=\u001b[2J"})");

    BOOST_TEST(refusal(json).starts_with("headers.x-amzn-trace-id: control characters (byte "));
    BOOST_TEST(decode_leniently(json).request.context.request_id == "");
}

BOOST_AUTO_TEST_SUITE_END()

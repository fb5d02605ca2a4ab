// Paths and queries: by source, encoded once, stripped once.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>

using namespace turngate;
using namespace turngate::testing;
namespace bdata = boost::unit_test::data;

namespace {

struct PathCase {
    const char* json;  // of the path
    const char* path;
};
std::ostream& operator<<(std::ostream& out, const PathCase& c) {
    return out << c.json;
}

const PathCase paths[] = {
    {R"("/a%2Fb")", "/a%2Fb"},
    {R"("/foo%25bar")", "/foo%25bar"},
    {R"("/a b")", "/a%20b"},
    {R"("/100%")", "/100%25"},
    {R"("/%zz")", "/%25zz"},
    {R"("/caf\u00e9")", "/caf%C3%A9"},
    {R"("/a?b#c")", "/a%3Fb%23c"},
    {R"("//evil.test/x")", "//evil.test/x"},
    {R"("")", "/"},
    {R"("x")", "/x"},
    {R"("/../../etc")", "/../../etc"},
    {R"("\\..\\x")", "/%5C..%5Cx"},
    {R"("/%00")", "/%00"},
    {R"("/a;b=c,d:e@f!$&'()*+")", "/a;b=c,d:e@f!$&'()*+"},
};

std::string query_of(const std::string& json) {
    return events::decode(json).request.url.query;
}

struct Stripped {
    std::string path;
    std::string script_name;
    std::string request_uri;
};

Stripped strip(const std::string& json, const std::string& base_path = {}) {
    const Url url = events::decode(json, {.base_path = base_path}).request.url;
    return {url.path, url.script_name, url.request_uri()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(path_and_query)

BOOST_DATA_TEST_CASE(a_path_is_made_valid_and_never_encoded_twice, bdata::make(paths)) {
    BOOST_TEST(events::decode(rest_event({}, {}, sample.json)).request.url.path == sample.path);
    BOOST_TEST(events::decode(http_api_event({}, {}, sample.json)).request.url.path == sample.path);
    BOOST_TEST(events::decode(alb_event({}, sample.json)).request.url.path == sample.path);
}

BOOST_AUTO_TEST_CASE(a_path_with_a_line_end_or_nul_is_refused_by_every_source) {
    for (const char* path : {R"("/a\r")", R"("/a\nb")", R"("/\u0000")"}) {
        BOOST_TEST(refusal(rest_event({}, {}, path)).starts_with("path: "));
        BOOST_TEST(refusal(http_api_event({}, {}, path)).starts_with("rawPath: "));
        BOOST_TEST(refusal(alb_event({}, path)).starts_with("path: "));
    }
}

BOOST_AUTO_TEST_CASE(other_controls_are_escaped_only_where_the_source_decodes) {
    BOOST_TEST(events::decode(http_api_event({}, {}, R"("/a\tb")")).request.url.path == "/a%09b");
    BOOST_TEST(refusal(rest_event({}, {}, R"("/a\tb")")) ==
               "path: a path has no control characters (byte 50)");
}

BOOST_AUTO_TEST_CASE(a_missing_path_is_refused) {
    BOOST_TEST(refusal(R"({"httpMethod":"GET","requestContext":{}})") ==
               "path: missing, expected a path");
    BOOST_TEST(refusal(alb_event({}, "null")).starts_with("path: expected a path, found null"));
    BOOST_TEST(refusal(alb_event({}, "5")).starts_with("path: expected a string, found a number"));
}

BOOST_AUTO_TEST_CASE(http_api_falls_back_to_the_path_of_the_context) {
    BOOST_TEST(events::decode(R"({"requestContext":{"http":{"method":"GET","path":"/c"}}})")
                   .request.url.path == "/c");
    BOOST_TEST(
        events::decode(
            R"({"rawPath":null,"requestPath":"/r","requestContext":{"http":{"method":"GET"}}})")
            .request.url.path == "/r");
    BOOST_TEST(events::decode(R"({"requestPath":"/r","requestContext":{"http":{"method":"GET",)"
                              R"("path":"/c"}}})")
                   .request.url.path == "/c");
    BOOST_TEST(refusal(R"({"rawPath":null,"requestContext":{"http":{"method":"GET"}}})")
                   .starts_with("rawPath: "));
}

BOOST_AUTO_TEST_CASE(the_stage_of_an_http_api_goes_to_script_name) {
    const Stripped url = strip(http_api_event({}, R"(,"stage":"dev")", R"("/dev/dev/x")"));

    BOOST_TEST(url.path == "/dev/x");
    BOOST_TEST(url.script_name == "/dev");
    BOOST_TEST(url.request_uri == "/dev/dev/x");
}

BOOST_AUTO_TEST_CASE(the_stage_is_stripped_only_at_the_end_of_a_segment) {
    BOOST_TEST(strip(http_api_event({}, R"(,"stage":"dev")", R"("/devices")")).path == "/devices");
    BOOST_TEST(strip(http_api_event({}, R"(,"stage":"dev")", R"("/dev")")).path == "/");
    BOOST_TEST(strip(http_api_event({}, R"(,"stage":"$default")", R"("/$default/x")")).path ==
               "/$default/x");
    BOOST_TEST(strip(http_api_event({}, R"(,"stage":"dev")", R"("/a/dev/x")")).path == "/a/dev/x");
}

BOOST_AUTO_TEST_CASE(the_stage_stays_if_asked) {
    const std::string json = http_api_event({}, R"(,"stage":"dev")", R"("/dev/x")");

    BOOST_TEST(events::decode(json, {.strip_stage = false}).request.url.path == "/dev/x");
}

BOOST_AUTO_TEST_CASE(payload_1_of_an_http_api_has_the_stage_in_its_path_too) {
    const Stripped url = strip(rest_event(R"(,"version":"1.0")", {}, R"("/prod/x y")"));

    BOOST_TEST(url.path == "/x%20y");
    BOOST_TEST(url.script_name == "/prod");
}

BOOST_AUTO_TEST_CASE(what_a_rest_api_took_off_goes_to_script_name) {
    BOOST_TEST(strip(rest_event({}, R"(,"path":"/prod/x")")).request_uri == "/prod/x");
    BOOST_TEST(strip(rest_event({}, R"(,"path":"/prod")", R"("/")")).request_uri == "/prod");
    BOOST_TEST(strip(rest_event({}, R"(,"path":"/x")")).script_name == "");
    BOOST_TEST(strip(rest_event({}, R"(,"path":"/other/y")")).script_name == "");
}

BOOST_AUTO_TEST_CASE(a_base_path_is_stripped_once_behind_the_stage) {
    const std::string json = http_api_event({}, R"(,"stage":"dev")", R"("/dev/orders/orders/1")");
    for (const char* base : {"orders", "/orders", "/orders/"}) {
        const Stripped url = strip(json, base);
        BOOST_TEST(url.path == "/orders/1");
        BOOST_TEST(url.script_name == "/dev/orders");
    }
    BOOST_TEST(strip(alb_event({}, R"("/ordersx")"), "/orders").path == "/ordersx");
    BOOST_TEST(strip(alb_event({}, R"("/orders")"), "/orders").request_uri == "/orders");
    BOOST_TEST(strip(alb_event({}, R"("/x")"), "/").path == "/x");
}

BOOST_AUTO_TEST_CASE(decoded_parameters_are_encoded_in_the_order_of_the_event) {
    BOOST_TEST(
        query_of(rest_event(R"(,"queryStringParameters":{"z":"1 2","a":"b%40r","m":"&="})")) ==
        "z=1%202&a=b%2540r&m=%26%3D");
    BOOST_TEST(query_of(rest_event(R"(,"queryStringParameters":{"a[b][]":"x","c.d":"é"})")) ==
               "a%5Bb%5D%5B%5D=x&c.d=%C3%A9");
}

BOOST_AUTO_TEST_CASE(lists_come_first_and_then_what_only_the_single_map_has) {
    BOOST_TEST(
        query_of(rest_event(R"(,"queryStringParameters":{"only":"1","b":"4"},)"
                            R"("multiValueQueryStringParameters":{"b":["3","4"],"a":["2"]})")) ==
        "b=3&b=4&a=2&only=1");
}

BOOST_AUTO_TEST_CASE(a_list_without_values_takes_nothing_from_the_single_map) {
    BOOST_TEST(query_of(rest_event(R"(,"queryStringParameters":{"a":"1","b":"2"},)"
                                   R"("multiValueQueryStringParameters":{"a":[],"b":["3"]})")) ==
               "b=3&a=1");
}

BOOST_AUTO_TEST_CASE(null_is_a_name_without_a_value_and_empty_is_not) {
    BOOST_TEST(query_of(rest_event(R"(,"queryStringParameters":{"a":null,"b":"","":"c"})")) ==
               "a&b=&=c");
}

BOOST_AUTO_TEST_CASE(parameters_of_a_load_balancer_are_passed_on_as_they_are) {
    BOOST_TEST(query_of(alb_event(R"(,"queryStringParameters":{"a":"%20+x","b%26":"c%3D"})")) ==
               "a=%20+x&b%26=c%3D");
    BOOST_TEST(query_of(alb_event(R"(,"queryStringParameters":{"a b":"é\"<","c":"1&d=2#"})")) ==
               "a%20b=%C3%A9%22%3C&c=1%26d=2%23");
}

BOOST_AUTO_TEST_CASE(a_raw_query_is_verbatim_but_for_bytes_that_no_query_has) {
    BOOST_TEST(query_of(http_api_event(R"(,"rawQueryString":"a=1&a=2&b=%2F+x&c&&=?/:@")")) ==
               "a=1&a=2&b=%2F+x&c&&=?/:@");
    BOOST_TEST(query_of(http_api_event(R"(,"rawQueryString":"q={a|b}\"é\r\n #")")) ==
               "q=%7Ba%7Cb%7D%22%C3%A9%0D%0A%20%23");
    BOOST_TEST(query_of(http_api_event(R"(,"rawQueryString":"")")) == "");
}

BOOST_AUTO_TEST_CASE(the_joined_parameters_of_an_http_api_are_not_used_beside_the_raw_query) {
    BOOST_TEST(query_of(http_api_event(
                   R"(,"rawQueryString":"a=1&a=2","queryStringParameters":{"a":"1,2"})")) ==
               "a=1&a=2");
    BOOST_TEST(query_of(http_api_event(R"(,"queryStringParameters":{"a":"1"})")) == "a=1");
}

BOOST_AUTO_TEST_CASE(parameters_of_the_wrong_type_are_refused) {
    BOOST_TEST(refusal(rest_event(R"(,"queryStringParameters":[1])"))
                   .starts_with("queryStringParameters: expected an object, found an array"));
    BOOST_TEST(refusal(rest_event(R"(,"queryStringParameters":{"a":1})"))
                   .starts_with("queryStringParameters.a: expected a string, found a number"));
    BOOST_TEST(refusal(rest_event(R"(,"queryStringParameters":{"a":["1"]})"))
                   .starts_with("queryStringParameters.a: expected a string, found an array"));
    BOOST_TEST(refusal(rest_event(R"(,"multiValueQueryStringParameters":{"a":"1"})"))
                   .starts_with("multiValueQueryStringParameters.a: expected an array"));
}

BOOST_AUTO_TEST_CASE(an_element_of_the_wrong_type_is_named_with_its_index) {
    const std::string json =
        rest_event(R"(,"multiValueQueryStringParameters":{"a":["x",{"b":1}]})");

    BOOST_TEST(refusal(json) ==
               "multiValueQueryStringParameters.a[1]: expected a string, found an object (byte " +
                   std::to_string(json.find(R"({"b")")) + ")");
    BOOST_TEST(refusal(rest_event(R"(,"multiValueQueryStringParameters":{"a":[true]})"))
                   .starts_with("multiValueQueryStringParameters.a[0]: expected a string, found a "
                                "boolean"));
}

BOOST_AUTO_TEST_CASE(a_query_that_a_list_repeats_past_all_measure_is_refused) {
    const std::string map =
        "{\"" + std::string(10'000, 'a') + "\":" + repeated("\"\"", 1'000) + "}";

    for (const std::string& json :
         {rest_event(",\"multiValueQueryStringParameters\":" + map),
          alb_event(",\"multiValueQueryStringParameters\":" + map),
          R"({"method":"GET","path":"/","requestContext":{"serviceArn":"a"},)"
          R"("queryStringParameters":)" +
              map + "}"}) {
        const std::string text = refusal(json);
        BOOST_TEST(text.find("ueryStringParameters.aaa") < 12u);
        BOOST_TEST(text.find("take more than " + std::to_string(4 * json.size() + 65'536) +
                             " bytes") != std::string::npos);
        BOOST_TEST(text.find(" (byte ") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_query_of_which_every_byte_is_escaped_is_none_of_those) {
    std::string value;
    for (int i = 0; i < 200'000; ++i)
        value += "é";
    BOOST_TEST(refusal(rest_event(",\"queryStringParameters\":{\"a\":\"" + value + "\"}")) == "");
}

BOOST_AUTO_TEST_SUITE_END()

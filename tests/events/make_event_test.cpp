// Events as their sources write them: whole ones against files, rules one by one.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "format_name.h"
#include <turngate/events/decode.h>
#include <turngate/events/make_event.h>
#include <turngate/http/error.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::events;
namespace data = boost::unit_test::data;

namespace {

Request order() {
    Request request =
        Request::make("POST", "/shop/caf%C3%A9/a%2Fb?tag=a&q=x+y&tag=b%26c", R"({"id":"o-5"})");
    request.headers = {{"Host", "shop.example"}, {"Content-Type", "application/json"},
                       {"Content-Length", "12"}, {"User-Agent", "curl/8.5.0"},
                       {"X-Tag", "one"},         {"Cookie", "theme=dark; lang=en"},
                       {"x-tag", "two"},         {"Connection", "keep-alive"}};
    request.url.scheme = "https";
    request.url.host = "shop.example";
    request.remote_address = "198.51.100.4";
    return request;
}

Json made(Request& request, Format format, const EventSource& source = {}) {
    return Json::parse(make_event(request, format, source));
}

std::string text_of(const char* member, Request& request, Format format,
                    const EventSource& source = {}) {
    const Json event = made(request, format, source);
    return event[member].string_or("");
}

// The file's text; written anew if UPDATE_GOLDEN is set.
std::string golden(const std::string& name, const std::string& actual) {
    const auto path =
        std::filesystem::path(TURNGATE_SOURCE_DIR) / "tests/data/events/made" / (name + ".json");
    if (std::getenv("UPDATE_GOLDEN")) std::ofstream(path) << actual;
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

const std::vector<Format> http_formats(formats().begin(), formats().end() - 1);

}  // namespace

BOOST_AUTO_TEST_SUITE(making_events)

BOOST_DATA_TEST_CASE(an_event_is_as_its_source_writes_it, data::make(http_formats), format) {
    Request request = order();
    const std::string actual = make_event(request, format);
    const std::string expected = golden(std::string(name(format)), actual);
    BOOST_TEST(actual == Json::parse(expected).dump());
    BOOST_TEST(make_event(request, format) == actual);  // the body is still there
}

BOOST_AUTO_TEST_CASE(a_rest_api_writes_null_for_what_is_empty) {
    Request request = Request::get("/");
    const Json event = made(request, Format::api_gateway_v1);
    for (const char* member : {"queryStringParameters", "multiValueQueryStringParameters",
                               "pathParameters", "stageVariables", "body"})
        BOOST_TEST(event[member].is_null());
    BOOST_TEST(event["resource"].string_or("") == "/");
    BOOST_TEST(!*event["isBase64Encoded"].boolean());
}

BOOST_AUTO_TEST_CASE(the_stage_stands_where_the_source_puts_it) {
    Request request = Request::get("/a%2Fb");
    EventSource source;
    source.stage = "beta";
    const Json rest = made(request, Format::api_gateway_v1, source);
    BOOST_TEST(rest["path"].string_or("") == "/a%2Fb");
    BOOST_TEST(rest["requestContext"]["path"].string_or("") == "/beta/a%2Fb");
    BOOST_TEST(text_of("rawPath", request, Format::api_gateway_v2, source) == "/beta/a/b");
    BOOST_TEST(text_of("path", request, Format::api_gateway_http1, source) == "/beta/a/b");
    BOOST_TEST(text_of("rawPath", request, Format::function_url, source) == "/a%2Fb");
    BOOST_TEST(decode(make_event(request, Format::api_gateway_v2, source)).request.url.path ==
               "/a/b");
}

BOOST_AUTO_TEST_CASE(a_decoded_path_ends_at_its_question_mark) {
    Request request = Request::get("/a%3Fb/c");
    BOOST_TEST(text_of("rawPath", request, Format::api_gateway_v2) == "/a");
    BOOST_TEST(text_of("path", request, Format::alb) == "/a%3Fb/c");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_decoded_is_refused) {
    for (const char* path : {"/a%00b", "/a%0d%0ab"}) {
        Request request = Request::get(path);
        BOOST_CHECK_EXCEPTION(make_event(request, Format::api_gateway_v2), HttpError,
                              [](const HttpError& e) { return e.status() == 400; });
        BOOST_CHECK_NO_THROW(make_event(request, Format::function_url));
    }
}

BOOST_DATA_TEST_CASE(a_target_that_is_no_path_is_refused, data::make(http_formats), format) {
    Request request = Request::make("OPTIONS", "*");
    if (format == Format::http)
        BOOST_TEST(text_of("path", request, format) == "*");
    else if (format != Format::websocket)
        BOOST_CHECK_THROW(make_event(request, format), HttpError);
}

BOOST_DATA_TEST_CASE(a_request_for_two_hosts_is_refused, data::make(http_formats), format) {
    Request request = Request::make("GET", "/", {}, {{"Host", "a"}, {"host", "b"}});
    BOOST_CHECK_THROW(make_event(request, format), HttpError);
}

BOOST_DATA_TEST_CASE(control_characters_are_refused_where_a_word_is, data::make(http_formats),
                     format) {
    Request host = Request::make("GET", "/", {}, {{"Host", "a\x01"}});
    BOOST_CHECK_THROW(make_event(host, format), HttpError);
    Request client = Request::get("/");
    client.remote_address = "\x7f";
    BOOST_CHECK_THROW(make_event(client, format), HttpError);
    Request protocol = Request::get("/");
    protocol.protocol = "HTTP/1.1\n";
    BOOST_CHECK_THROW(make_event(protocol, format), HttpError);
}

BOOST_AUTO_TEST_CASE(parameter_names_that_become_the_same_are_one) {
    Request request = Request::get("/?a%FF=1&a%FE=2&b=%FF");
    Event event = decode(make_event(request, Format::api_gateway_v1));
    BOOST_TEST(event.request.url.query == "a%EF%BF%BD=1&a%EF%BF%BD=2&b=%EF%BF%BD");
}

BOOST_AUTO_TEST_CASE(what_a_client_sent_is_not_overwritten) {
    Request request = Request::get("/");
    request.headers = {{"X-Forwarded-For", "203.0.113.1, 10.0.0.1"},
                       {"X-Forwarded-Proto", "http"},
                       {"X-Amzn-Trace-Id", "Root=1-2-3"}};
    const Json event = made(request, Format::alb);
    BOOST_TEST(event["headers"]["x-forwarded-for"].string_or("") == "203.0.113.1, 10.0.0.1");
    BOOST_TEST(event["headers"]["x-forwarded-proto"].string_or("") == "http");
    BOOST_TEST(event["headers"]["x-amzn-trace-id"].string_or("") == "Root=1-2-3");
}

struct Body {
    const char* name;
    Format format;
    const char* type;
    const char* coding;
    std::string bytes;
    bool is_base64;
};
std::ostream& operator<<(std::ostream& out, const Body& body) {
    return out << body.name;
}

const Body bodies[] = {
    {"REST, text", Format::api_gateway_v1, "text/plain", "", "a", false},
    {"REST, form", Format::api_gateway_v1, "application/x-www-form-urlencoded", "", "a=1", false},
    {"REST, image", Format::api_gateway_v1, "image/png", "", "a", true},
    {"HTTP API, form", Format::api_gateway_v2, "application/x-www-form-urlencoded", "", "a", true},
    {"HTTP API, JSON", Format::api_gateway_v2, "application/json", "", "{}", false},
    {"HTTP API, no type", Format::api_gateway_v2, "", "", "a", false},
    {"HTTP API, no type, binary", Format::api_gateway_v2, "", "", "\xff", true},
    {"function URL, malformed type", Format::function_url, "text", "", "a", true},
    {"ALB, coded text", Format::alb, "text/plain", "gzip", "a", true},
    {"ALB, XML", Format::alb, "application/xml", "", "a", false},
    {"ALB, empty", Format::alb, "image/png", "", "", false},
    {"VPC Lattice, coded text", Format::lattice_v2, "text/plain", "gzip", "a", false},
    {"VPC Lattice, octets", Format::lattice_v1, "application/octet-stream", "", "a", true},
    {"http, octets", Format::http, "application/octet-stream", "", "a", true},
};

BOOST_DATA_TEST_CASE(each_source_has_its_rule_for_base64, data::make(bodies), b) {
    Request request = Request::make("POST", "/", b.bytes);
    if (*b.type) request.headers.add("Content-Type", b.type);
    if (*b.coding) request.headers.add("Content-Encoding", b.coding);
    const Json event = made(request, b.format);
    const bool* flag = event["isBase64Encoded"].boolean();
    if (!flag) flag = event["is_base64_encoded"].boolean();
    const bool is_base64 = flag ? *flag : event["encoding"].string_or("") == "base64";
    BOOST_TEST(is_base64 == b.is_base64);
    Event again = decode(make_event(request, b.format));
    BOOST_TEST(again.request.body.text() == b.bytes);
}

BOOST_AUTO_TEST_CASE(time_and_ids_come_from_outside) {
    Request request = Request::get("/");
    EventSource source;
    source.time =
        std::chrono::sys_days(std::chrono::year(2026) / 3 / 4) + std::chrono::milliseconds(5);
    source.request_id = "r-1";
    source.account_id = "1";
    const Json event = made(request, Format::api_gateway_v1, source);
    const Json& context = event["requestContext"];
    BOOST_TEST(context["requestTime"].string_or("") == "04/Mar/2026:00:00:00 +0000");
    BOOST_TEST(*context["requestTimeEpoch"].integer() == 1772582400005);
    BOOST_TEST(context["requestId"].string_or("") == "r-1");
    BOOST_TEST(context["accountId"].string_or("") == "1");
    const Json lattice = made(request, Format::lattice_v2, source);
    BOOST_TEST(lattice["requestContext"]["timeEpoch"].string_or("") == "1772582400005000");
}

BOOST_AUTO_TEST_CASE(a_short_request_id_is_no_trouble) {
    Request request = Request::get("/");
    EventSource source;
    source.request_id = "x";
    BOOST_CHECK_NO_THROW(make_event(request, Format::vercel, source));
}

BOOST_AUTO_TEST_CASE(a_connection_begins_with_a_connection) {
    const std::string connect =
        R"({"headers":{"Host":"ws.example","X":"1"},"multiValueHeaders":{"Host":["ws.example"],)"
        R"("X":["1"]},"queryStringParameters":{"a":"1"},"multiValueQueryStringParameters":)"
        R"({"a":["1"]},"requestContext":{"routeKey":"$connect","eventType":"CONNECT",)"
        R"("connectionId":"c-1","stage":"prod"},"isBase64Encoded":false})";
    Event event = decode(connect);
    const Json again = made(event.request, Format::websocket);
    BOOST_TEST(again["requestContext"]["eventType"].string_or("") == "CONNECT");
    BOOST_TEST(again["requestContext"]["routeKey"].string_or("") == "$connect");
    BOOST_TEST(again["requestContext"]["connectionId"].string_or("") == "c-1");
    BOOST_TEST(again["headers"]["X"].string_or("") == "1");
    BOOST_TEST(again["body"].is_null());
}

BOOST_AUTO_TEST_CASE(a_raw_event_is_the_body_as_it_stands) {
    Request request = Request::post("/events", R"( {"a": 1.50} )", "application/json");
    BOOST_TEST(make_event(request, Format::raw) == R"( {"a": 1.50} )");
    Request other = Request::post("/events", "no JSON");
    BOOST_CHECK_THROW(make_event(other, Format::raw), HttpError);
}

struct Limit {
    const char* name;
    Format format;
    std::size_t body;
    bool fits;
};
std::ostream& operator<<(std::ostream& out, const Limit& limit) {
    return out << limit.name;
}

const Limit limits[] = {
    {"viewer of CloudFront", Format::edge, 40 * 1024, true},
    {"viewer of CloudFront, over", Format::edge, 40 * 1024 + 1, false},
    {"load balancer", Format::alb, 1 << 20, true},
    {"load balancer, over", Format::alb, (1 << 20) + 1, false},
    {"websocket, over", Format::websocket, 128 * 1024 + 1, false},
    {"lambda, over", Format::api_gateway_v2, 6 << 20, false},
    {"http", Format::http, 7 << 20, true},
};

BOOST_DATA_TEST_CASE(a_source_sends_no_more_than_it_can, data::make(limits), limit) {
    Request request = Request::post("/", std::string(limit.body, 'x'));
    if (limit.fits)
        BOOST_CHECK_NO_THROW(make_event(request, limit.format));
    else
        BOOST_CHECK_EXCEPTION(make_event(request, limit.format), HttpError,
                              [](const HttpError& e) { return e.status() == 413; });
}

BOOST_AUTO_TEST_CASE(fields_that_only_platforms_may_set_are_not_passed_on) {
    Request request = Request::make("GET", "/", {},
                                    {{"X-Vercel-Internal-Request-Id", "1"},
                                     {"x-amz-tenant-id", "t"},
                                     {"x-vercel-internal", "stays"}});
    for (Format format : http_formats) {
        const std::string event = make_event(request, format);
        BOOST_TEST(event.find("nternal-") == std::string::npos);
        BOOST_TEST(event.find("tenant") == std::string::npos);
    }
    BOOST_TEST(make_event(request, Format::http).find("stays") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(fields_that_connection_names_are_not_passed_on) {
    const Headers fields = {{"Connection", "X-Secret, host"}, {"x-secret", "1"}, {"Host", "h"}};
    for (Format format : http_formats) {
        Request request = Request::make("GET", "/", {}, fields);
        const std::string event = make_event(request, format);
        BOOST_TEST(event.find("x-secret") == std::string::npos);
        if (format == Format::websocket) continue;  // has no fields
        BOOST_TEST(decode(event, format).request.url.host == "h");
    }
}

BOOST_DATA_TEST_CASE(a_host_that_no_decoder_takes_is_refused, data::make(http_formats), format) {
    Request field = Request::make("GET", "/", {}, {{"Host", "a/b"}});
    BOOST_CHECK_THROW(make_event(field, format), HttpError);
    Request url = Request::get("/");
    url.url.host = "a b";
    BOOST_CHECK_THROW(make_event(url, format), HttpError);
}

BOOST_AUTO_TEST_SUITE_END()

// Each source's reply, byte for byte, and what sources refuse.
#include <ostream>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/events/reply.h>
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::events;
namespace data = boost::unit_test::data;

namespace {

Response page() {
    return {201,
            {{"Content-Type", "text/plain"},
             {"Set-Cookie", "a=1"},
             {"X-Tag", "one"},
             {"set-cookie", "b=2"},
             {"x-tag", "two"},
             {"Content-Length", "5"},
             {"Connection", "keep-alive, X-Hop"},
             {"X-Hop", "mine"},
             {"Transfer-Encoding", "chunked"}},
            "hello"};
}

Response png() {
    return {200, {{"Content-Type", "image/png"}}, std::string("\x89PNG\0", 5)};
}

struct Case {
    const char* name;
    Format format;
    const char* text;
    const char* binary;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

const Case cases[] = {
    {"apigw-v1", Format::api_gateway_v1,
     R"({"statusCode":201,"headers":{},"multiValueHeaders":{"Content-Type":["text/plain"],)"
     R"("Set-Cookie":["a=1","b=2"],"X-Tag":["one","two"]},"body":"hello","isBase64Encoded":false})",
     R"({"statusCode":200,"headers":{},"multiValueHeaders":{"Content-Type":["image/png"]},)"
     R"("body":"iVBORwA=","isBase64Encoded":true})"},
    {"apigw-http1", Format::api_gateway_http1,
     R"({"statusCode":201,"headers":{},"multiValueHeaders":{"Content-Type":["text/plain"],)"
     R"("Set-Cookie":["a=1","b=2"],"X-Tag":["one","two"]},"body":"hello","isBase64Encoded":false})",
     R"({"statusCode":200,"headers":{},"multiValueHeaders":{"Content-Type":["image/png"]},)"
     R"("body":"iVBORwA=","isBase64Encoded":true})"},
    {"apigw-v2", Format::api_gateway_v2,
     R"({"statusCode":201,"headers":{"content-type":"text/plain","x-tag":"one, two"},)"
     R"("cookies":["a=1","b=2"],"body":"hello","isBase64Encoded":false})",
     R"({"statusCode":200,"headers":{"content-type":"image/png"},)"
     R"("body":"iVBORwA=","isBase64Encoded":true})"},
    {"function-url", Format::function_url,
     R"({"statusCode":201,"headers":{"content-type":"text/plain","x-tag":"one, two"},)"
     R"("cookies":["a=1","b=2"],"body":"hello","isBase64Encoded":false})",
     R"({"statusCode":200,"headers":{"content-type":"image/png"},)"
     R"("body":"iVBORwA=","isBase64Encoded":true})"},
    {"alb", Format::alb,
     R"({"statusCode":201,"statusDescription":"201 Created","headers":{"Content-Type":"text/plain",)"
     R"("set-cookie":"a=1","Set-cookie":"b=2","X-Tag":"one, two"},)"
     R"("body":"hello","isBase64Encoded":false})",
     R"({"statusCode":200,"statusDescription":"200 OK","headers":{"Content-Type":"image/png"},)"
     R"("body":"iVBORwA=","isBase64Encoded":true})"},
    {"alb-multi", Format::alb_multi_value,
     R"({"statusCode":201,"statusDescription":"201 Created","multiValueHeaders":)"
     R"({"Content-Type":["text/plain"],"Set-Cookie":["a=1","b=2"],"X-Tag":["one","two"]},)"
     R"("body":"hello","isBase64Encoded":false})",
     R"({"statusCode":200,"statusDescription":"200 OK","multiValueHeaders":)"
     R"({"Content-Type":["image/png"]},"body":"iVBORwA=","isBase64Encoded":true})"},
    {"lattice-v1", Format::lattice_v1,
     R"({"isBase64Encoded":false,"statusCode":201,"statusDescription":"201 Created","headers":)"
     R"({"Content-Type":"text/plain","Set-Cookie":["a=1","b=2"],"X-Tag":"one, two"},)"
     R"("body":"hello"})",
     R"({"isBase64Encoded":true,"statusCode":200,"statusDescription":"200 OK","headers":)"
     R"({"Content-Type":"image/png"},"body":"iVBORwA="})"},
    {"lattice-v2", Format::lattice_v2,
     R"({"isBase64Encoded":false,"statusCode":201,"statusDescription":"201 Created","headers":)"
     R"({"Content-Type":"text/plain","Set-Cookie":["a=1","b=2"],"X-Tag":"one, two"},)"
     R"("body":"hello"})",
     R"({"isBase64Encoded":true,"statusCode":200,"statusDescription":"200 OK","headers":)"
     R"({"Content-Type":"image/png"},"body":"iVBORwA="})"},
    {"websocket", Format::websocket, R"({"statusCode":201,"body":"hello"})",
     R"({"statusCode":200,"body":"iVBORwA=","isBase64Encoded":true})"},
    {"edge", Format::edge,
     R"({"status":"201","statusDescription":"Created","headers":)"
     R"({"content-type":[{"key":"Content-Type","value":"text/plain"}],)"
     R"("set-cookie":[{"key":"Set-Cookie","value":"a=1"},{"key":"set-cookie","value":"b=2"}],)"
     R"("x-tag":[{"key":"X-Tag","value":"one"},{"key":"x-tag","value":"two"}]},)"
     R"("body":"hello","bodyEncoding":"text"})",
     R"({"status":"200","statusDescription":"OK","headers":)"
     R"({"content-type":[{"key":"Content-Type","value":"image/png"}]},)"
     R"("body":"iVBORwA=","bodyEncoding":"base64"})"},
    {"vercel", Format::vercel,
     R"({"statusCode":201,"headers":{"Content-Type":"text/plain","Set-Cookie":["a=1","b=2"],)"
     R"("X-Tag":"one, two","Content-Length":"5"},"body":"aGVsbG8=","encoding":"base64"})",
     R"({"statusCode":200,"headers":{"Content-Type":"image/png"},)"
     R"("body":"iVBORwA=","encoding":"base64"})"},
    {"http", Format::http,
     R"({"status":201,"headers":[["Content-Type","text/plain"],["Set-Cookie","a=1"],)"
     R"(["X-Tag","one"],["set-cookie","b=2"],["x-tag","two"],["Content-Length","5"]],)"
     R"("body":"hello","encoding":"text"})",
     R"({"status":200,"headers":[["Content-Type","image/png"]],)"
     R"("body":"iVBORwA=","encoding":"base64"})"},
    {"raw", Format::raw, "null", "null"},
};

std::string limit_message(const Response& response, Format format, EncodeOptions options = {}) {
    try {
        encode(response, format, options);
    } catch (const HttpError& e) {
        BOOST_TEST(e.status() == 413);
        return e.what();
    }
    return "no error";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(encode_reply)

BOOST_DATA_TEST_CASE(a_text_reply_has_the_form_of_its_source, data::make(cases), c) {
    BOOST_TEST(encode(page(), c.format) == c.text);
}

BOOST_DATA_TEST_CASE(a_binary_reply_travels_as_base64, data::make(cases), c) {
    BOOST_TEST(encode(png(), c.format) == c.binary);
}

BOOST_DATA_TEST_CASE(a_reply_without_fields_has_an_empty_map, data::make(cases), c) {
    const std::string json = encode(Response{404, {}, {}}, c.format);
    BOOST_TEST(json.find("null") == (c.format == Format::raw ? 0 : std::string::npos));
    if (c.format != Format::raw) BOOST_TEST(json.find("404") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_length_stays_where_there_is_no_body_to_count) {
    const Response head{200, {{"Content-Length", "5"}}, {}};
    BOOST_TEST(
        encode(head, Format::api_gateway_v2) ==
        R"({"statusCode":200,"headers":{"content-length":"5"},"body":"","isBase64Encoded":false})");
}

BOOST_AUTO_TEST_CASE(a_status_without_content_loses_its_body) {
    const Response none{204, {{"Content-Length", "5"}}, "hello"};
    BOOST_TEST(encode(none, Format::http) ==
               R"({"status":204,"headers":[],"body":"","encoding":"text"})");
}

BOOST_AUTO_TEST_CASE(a_status_that_is_not_final_is_refused) {
    for (int status : {-1, 0, 99, 101, 199, 1000})
        BOOST_CHECK_THROW(encode(Response{status, {}, {}}, Format::api_gateway_v1), HttpError);
}

BOOST_AUTO_TEST_CASE(a_status_without_a_name_is_described_by_its_class) {
    BOOST_TEST(encode(Response{299, {}, {}}, Format::alb).find(R"("299 Success")") !=
               std::string::npos);
    BOOST_TEST(encode(Response{799, {}, {}}, Format::alb).find(R"("799")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_load_balancer_may_get_its_values_in_reverse) {
    const Response reply{200, {{"X", "1"}, {"X", "2"}, {"X", "3"}}, {}};
    BOOST_TEST(encode(reply, Format::alb_multi_value, {.reverse_multi_values = true})
                   .find(R"({"X":["3","2","1"]})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(more_cookies_than_spellings_are_refused) {
    Response reply;
    for (int i = 0; i < 512; ++i)
        reply.headers.add("Set-Cookie", "a=" + std::to_string(i));
    BOOST_TEST(encode(reply, Format::alb).find(R"("SET-COOKIE":"a=511")") != std::string::npos);
    reply.headers.add("Set-Cookie", "a=512");
    BOOST_TEST(limit_message(reply, Format::alb).find("513 Set-Cookie") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_fields_are_grouped_in_order) {
    Response reply;
    for (int i = 0; i < 100; ++i)
        reply.headers.add(i % 2 ? "X-Odd" : "x-" + std::to_string(i), std::to_string(i));
    const std::string json = encode(reply, Format::api_gateway_v1);
    BOOST_TEST(json.find(R"("x-0":["0"],"X-Odd":["1","3",)") != std::string::npos);
    BOOST_TEST(json.find(R"("97","99"],"x-2":["2"])") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_websocket_keeps_its_subprotocol) {
    const Response reply{200, {{"Sec-WebSocket-Protocol", "chat"}, {"X", "y"}}, {}};
    BOOST_TEST(encode(reply, Format::websocket) ==
               R"({"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"chat"},"body":""})");
}

BOOST_AUTO_TEST_CASE(cloudfront_does_not_see_what_it_refuses) {
    const Response reply{200,
                         {{"Via", "1.1 x"},
                          {"X-Amz-Cf-Id", "1"},
                          {"x-edge-location", "2"},
                          {"X-Accel-Buffering", "no"},
                          {"Proxy-Authenticate", "Basic"},
                          {"Content-Length", "0"},
                          {"X-Cached", "yes"}},
                         {}};
    BOOST_TEST(encode(reply, Format::edge).find(R"("headers":{"x-cached":[)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_result_is_the_body_if_it_is_json) {
    for (const char* json : {R"({"a":[1,2]})", " 42 ", "null", R"("text")"})
        BOOST_TEST(encode(text(json), Format::raw) == json);
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    BOOST_TEST(encode(text(deep), Format::raw) == deep);
    BOOST_TEST(decode_reply(deep, Format::raw).body == deep);
    for (const char* other : {"", "hello", "{", "{} {}", "\xff", R"("\ud800")"})
        BOOST_TEST(encode(text(other), Format::raw) == "null");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(text_or_base64)

struct Body {
    const char* name;
    const char* type;
    const char* coding;
    const char* bytes;
    bool is_text;
};
std::ostream& operator<<(std::ostream& out, const Body& b) {
    return out << b.name;
}

const Body bodies[] = {
    {"no type", "", "", "hello", true},
    {"no type, not UTF-8", "", "", "\xff", false},
    {"text", "text/csv; charset=x", "", "a", true},
    {"text in Latin-1", "text/plain; charset=iso-8859-1", "", "\xe9", false},
    {"JSON in upper case", "Application/JSON", "", "a", true},
    {"problem+json", "application/problem+json;v=1", "", "a", true},
    {"svg", "image/svg+xml", "", "a", true},
    {"form", "application/x-www-form-urlencoded", "", "a", true},
    {"javascript", "application/javascript", "", "a", true},
    {"octets that are ASCII", "application/octet-stream", "", "a", false},
    {"a type that begins like text", "textual/plain", "", "a", false},
    {"multipart", "multipart/form-data; boundary=x", "", "a", false},
    {"compressed text", "text/plain", "gzip", "a", false},
    {"identity", "text/plain", "identity", "a", true},
};

BOOST_DATA_TEST_CASE(type_coding_and_bytes_decide, data::make(bodies), b) {
    Response reply{200, {}, b.bytes};
    if (*b.type) reply.headers.add("content-type", b.type);
    if (*b.coding) reply.headers.add("Content-Encoding", b.coding);
    const std::string json = encode(reply, Format::api_gateway_v2);
    BOOST_TEST((json.find(R"("isBase64Encoded":false)") != std::string::npos) == b.is_text);
}

BOOST_AUTO_TEST_CASE(an_explicit_choice_is_kept) {
    Response reply = text("hello");
    reply.encoding = Encoding::base64;
    BOOST_TEST(encode(reply, Format::api_gateway_v2).find("aGVsbG8=") != std::string::npos);
    reply.headers.set("Content-Type", "image/png");
    reply.encoding = Encoding::text;
    BOOST_TEST(encode(reply, Format::vercel).find(R"("body":"hello"})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_never_go_as_text_by_choice_of_the_handler) {
    Response reply{200, {}, "\xff"};
    reply.encoding = Encoding::text;
    BOOST_TEST(encode(reply, Format::api_gateway_v1).find(R"("/w==")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_operator_may_forbid_base64) {
    const EncodeOptions options{.never_base64 = true};
    BOOST_TEST(encode(png(), Format::api_gateway_v1, options)
                   .find(R"(PNG\u0000","isBase64Encoded":false)") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reply_limits)

BOOST_AUTO_TEST_CASE(lambda_takes_six_mebibytes_and_a_hundred_bytes_of_json) {
    Response reply;
    const std::size_t frame = encode(reply, Format::api_gateway_v2).size();
    reply.body.assign(6'291'556 - frame, 'x');
    BOOST_TEST(encode(reply, Format::api_gateway_v2).size() == 6'291'556);
    reply.body += 'x';
    BOOST_TEST(limit_message(reply, Format::api_gateway_v2) ==
               "the reply as JSON is 6291557 bytes, and AWS Lambda takes at most 6291556 bytes; "
               "base64 makes a body a third larger");
    BOOST_TEST(encode(reply, Format::api_gateway_v2, {.check_size = false}).size() == 6'291'557);
}

BOOST_AUTO_TEST_CASE(base64_counts_as_it_travels) {
    Response reply{200, {{"Content-Type", "image/png"}}, std::string(4'800'000, 'x')};
    BOOST_TEST(limit_message(reply, Format::function_url).find("AWS Lambda") != std::string::npos);
}

struct Limit {
    const char* name;
    Format format;
    std::size_t body;
    bool fits;
};
std::ostream& operator<<(std::ostream& out, const Limit& l) {
    return out << l.name;
}

const Limit limits[] = {
    {"alb under 1 MB", Format::alb, 1'048'000, true},
    {"alb over 1 MB", Format::alb, 1'048'576, false},
    {"alb-multi over 1 MB", Format::alb_multi_value, 1'048'576, false},
    {"edge under 40 KB", Format::edge, 40'000, true},
    {"edge over 40 KB", Format::edge, 40'960, false},
    {"lattice under 6 MB", Format::lattice_v2, 6'291'000, true},
    {"lattice over 6 MB of JSON", Format::lattice_v2, 6'291'450, false},
    {"lattice-v1 over 6 MB of JSON", Format::lattice_v1, 6'291'450, false},
    {"websocket at 128 KB", Format::websocket, 131'072, true},
    {"websocket over 128 KB", Format::websocket, 131'073, false},
    {"vercel at 4.5 MB", Format::vercel, 4'718'592, true},
    {"vercel over 4.5 MB", Format::vercel, 4'718'593, false},
    {"http has none", Format::http, 7'000'000, true},
};

BOOST_DATA_TEST_CASE(each_source_has_its_own, data::make(limits), l) {
    const Response reply{200, {}, std::string(l.body, 'x')};
    BOOST_TEST((limit_message(reply, l.format) == "no error") == l.fits);
}

BOOST_AUTO_TEST_CASE(the_origin_of_cloudfront_takes_more_than_the_viewer) {
    const Response reply{200, {}, std::string(500'000, 'x')};
    BOOST_TEST(limit_message(reply, Format::edge).find("at the viewer") != std::string::npos);
    BOOST_TEST(limit_message(reply, Format::edge, {.edge_origin = true}) == "no error");
}

BOOST_AUTO_TEST_CASE(the_header_has_a_limit_of_its_own) {
    const Response reply{200, {{"X-Big", std::string(10'236, 'x')}}, {}};
    BOOST_TEST(limit_message(reply, Format::api_gateway_v1) ==
               "the header of the reply is 10241 bytes, and API Gateway takes at most 10240 bytes "
               "of names and values");
    BOOST_TEST(limit_message(reply, Format::function_url) == "no error");
    BOOST_TEST(limit_message(reply, Format::alb) == "no error");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(preludes)

const std::string nuls(8, '\0');

BOOST_AUTO_TEST_CASE(a_function_url_has_cookies_apart_and_computes_the_length) {
    BOOST_TEST(encode_prelude(page(), Format::function_url) ==
               R"({"statusCode":201,"headers":{"content-type":"text/plain","x-tag":"one, two"},)"
               R"("cookies":["a=1","b=2"]})" +
                   nuls);
}

BOOST_AUTO_TEST_CASE(a_rest_api_has_lists) {
    const Response head{204, {{"Set-Cookie", "a=1"}, {"set-cookie", "b=2"}}};
    BOOST_TEST(encode_prelude(head, Format::api_gateway_v1) ==
               R"({"statusCode":204,"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]}})" + nuls);
}

BOOST_AUTO_TEST_CASE(without_fields_the_headers_are_an_empty_object) {
    BOOST_TEST(encode_prelude({}, Format::function_url) ==
               R"({"statusCode":200,"headers":{}})" + nuls);
}

BOOST_AUTO_TEST_CASE(all_of_it_is_within_16_kib) {
    const std::size_t around = std::string(R"({"statusCode":200,"headers":{"x":""}})").size() + 8;
    const std::string fits(16 * 1024 - around, 'x');
    BOOST_TEST(encode_prelude({200, {{"x", fits}}}, Format::function_url).size() == 16u * 1024);
    BOOST_CHECK_THROW(encode_prelude({200, {{"x", fits + 'x'}}}, Format::function_url), HttpError);
}

BOOST_AUTO_TEST_CASE(only_two_sources_stream) {
    for (const Format format : formats())
        BOOST_TEST(can_stream(format) ==
                   (format == Format::function_url || format == Format::api_gateway_v1));
}

BOOST_AUTO_TEST_SUITE_END()

// Replies of every platform, and what is wrong with the others.
#include <ostream>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/events/reply.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::events;
namespace data = boost::unit_test::data;

namespace {

// "name: value" lines: fields to compare at a glance.
std::string lines(const Response& response) {
    std::string out;
    for (const auto& [name, value] : response.headers)
        out.append(name).append(": ").append(value).append("\n");
    return out;
}

std::string problem(std::string_view json) {
    try {
        decode_reply(json);
    } catch (const JsonError& e) {
        return e.what();
    }
    return "no error";
}

struct Reply {
    const char* name;
    const char* json;
    const char* headers;
    const char* body;
};
std::ostream& operator<<(std::ostream& out, const Reply& r) {
    return out << r.name;
}

const Reply replies[] = {
    {"neutral, pairs", R"({"status":201,"headers":[["A","1"],["a","2"]],"body":"hi"})",
     "A: 1\na: 2\n", "hi"},
    {"neutral, map", R"({"status":201,"headers":{"A":"1","b":["2","3"]},"body":"hi"})",
     "A: 1\nb: 2\nb: 3\n", "hi"},
    {"neutral, base64", R"({"encoding":"base64","body":"aGk=","status":201})", "", "hi"},
    {"neutral, other members", R"({"$schema":"x","tags":[{"a":{}}],"status":201})", "", ""},
    {"v1",
     R"({"statusCode":201,"headers":{"A":"1","B":"2"},)"
     R"("multiValueHeaders":{"b":["3","4"]},"body":"aGk=","isBase64Encoded":true})",
     "A: 1\nb: 3\nb: 4\n", "hi"},
    {"v1 with nulls", R"({"statusCode":201,"headers":null,"multiValueHeaders":null,"body":null})",
     "", ""},
    {"v1, status as text", R"({"statusCode":"201","body":"hi"})", "", "hi"},
    {"v2", R"({"cookies":["a=1","b=2"],"statusCode":201,"headers":{"A":"1"},"body":"hi"})",
     "A: 1\nset-cookie: a=1\nset-cookie: b=2\n", "hi"},
    {"alb, cookies by case",
     R"({"statusCode":201,"statusDescription":"201 Created",)"
     R"("headers":{"set-cookie":"a=1","Set-cookie":"b=2"}})",
     "set-cookie: a=1\nSet-cookie: b=2\n", ""},
    {"edge",
     R"({"status":"201","headers":{"x":[{"key":"X","value":"1"},{"value":"2"}],)"
     R"("y":[]},"body":"aGk=","bodyEncoding":"base64"})",
     "X: 1\nx: 2\n", "hi"},
    {"vercel",
     R"({"statusCode":201,"headers":{"set-cookie":["a","b"]},"body":"aGk=",)"
     R"("encoding":"base64"})",
     "set-cookie: a\nset-cookie: b\n", "hi"},
    {"with a BOM", "\xEF\xBB\xBF{\"status\":201}", "", ""},
};

struct Bad {
    const char* name;
    const char* json;
    const char* problem;
};
std::ostream& operator<<(std::ostream& out, const Bad& b) {
    return out << b.name;
}

const Bad bad[] = {
    {"no status", R"({"headers":{}})", R"(not a reply: neither status nor statusCode)"},
    {"an array", "[1]", "reply: expected an object, found an array (byte 0)"},
    {"a number", " 42", "reply: expected an object, found a number (byte 1)"},
    {"a negative status", R"({"statusCode":-200})",
     R"(statusCode: expected a whole number from 200 to 999, found -200 (byte 14))"},
    {"a huge status", R"({"status":1e400})",
     R"(status: expected a whole number from 200 to 999, found 1e400 (byte 10))"},
    {"status 99", R"({"status":99})",
     R"(status: expected a whole number from 200 to 999, found 99 (byte 10))"},
    {"status 1000", R"({"status":"1000"})",
     R"(status: expected a whole number from 200 to 999, found 1000 (byte 10))"},
    {"a status with a fraction", R"({"status":2.5})",
     R"(status: expected a whole number from 200 to 999, found 2.5 (byte 10))"},
    {"a status in words", R"({"status":"OK\n"})",
     R"(status: expected a whole number from 200 to 999, found OK? (byte 10))"},
    {"no number at all", R"({"status":null})",
     R"(status: expected a whole number from 200 to 999, found null (byte 10))"},
    {"two statuses", R"({"status":200,"statusCode":200})", R"(statusCode: occurs twice (byte 14))"},
    {"a header twice", R"({"status":200,"headers":{"a":"1","b":"2","a":"1"}})",
     R"(headers.a: occurs twice (byte 41))"},
    {"a header twice, escaped", R"({"status":200,"headers":{"a":"1","\u0061":"1"}})",
     R"(headers.a: occurs twice (byte 33))"},
    {"lists twice", R"({"statusCode":200,"multiValueHeaders":{"a":["1"],"a":[]}})",
     R"(multiValueHeaders.a: occurs twice (byte 49))"},
    {"a foreign member twice", R"({"status":200,"x":1,"x":{"y":1}})",
     R"(x: occurs twice (byte 20))"},
    {"a value twice", R"({"status":"200","headers":{"a":[{"value":"1","value":"2"}]}})",
     R"(headers.a.value: occurs twice (byte 45))"},
    {"two bodies", R"({"status":200,"body":"a","body":"b"})", R"(body: occurs twice (byte 25))"},
    {"a numeric body", R"({"status":200,"body":5})",
     R"(body: expected a string, found a number (byte 21))"},
    {"a body object", R"({"status":200,"body":{}})",
     R"(body: expected a string, found an object (byte 21))"},
    {"a numeric field", R"({"status":200,"headers":{"x-a":5}})",
     R"(headers.x-a: expected a string or a list of strings, found a number (byte 31))"},
    {"a numeric multi value", R"({"statusCode":200,"multiValueHeaders":{"x":["a",5]}})",
     R"(multiValueHeaders.x: expected a string, found a number (byte 48))"},
    {"a field that is a list of lists", R"({"status":200,"headers":{"x":[[]]}})",
     R"(headers.x: expected a string, found an array (byte 30))"},
    {"a pair too short", R"({"status":200,"headers":[["a"]]})",
     R"(headers.a: expected a list of [name, value] (byte 29))"},
    {"a pair too long", R"({"status":200,"headers":[["a","b","c"]]})",
     R"(headers.a: expected a name and a value, both strings, found a third item (byte 34))"},
    {"headers that are text", R"({"status":200,"headers":"a: b"})",
     R"(headers: expected an object, or a list of [name, value], found a string (byte 24))"},
    {"a field without value", R"({"status":"200","headers":{"x":[{"key":"X"}]}})",
     R"(headers.X: expected a member "value" (byte 42))"},
    {"a line break in a value", R"({"status":200,"headers":{"x":"a\r\nb"}})",
     R"(headers.x: expected a token as name and a value without CR, LF or NUL (byte 29))"},
    {"a name that is no token", R"({"status":200,"headers":[["a b","c"]]})",
     R"(headers.a b: expected a token as name and a value without CR, LF or NUL (byte 32))"},
    {"a cookie that is a number", R"({"statusCode":200,"cookies":[1]})",
     R"(cookies: expected a string, found a number (byte 29))"},
    {"bad base64", R"({"statusCode":200,"isBase64Encoded":true,"body":"aGk"})",
     R"(body: not base64 (RFC 4648 section 4, with padding) (byte 48))"},
    {"a flag that is text", R"({"statusCode":200,"isBase64Encoded":"true"})",
     R"(isBase64Encoded: expected true or false, found a string (byte 36))"},
    {"an unknown encoding", R"({"status":200,"encoding":"hex"})",
     R"(encoding: expected "text" or "base64" (byte 25))"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(decode_reply_of)

BOOST_DATA_TEST_CASE(every_platform_is_understood, data::make(replies), r) {
    const Response response = decode_reply(r.json);
    BOOST_TEST(response.status == 201);
    BOOST_TEST(lines(response) == r.headers);
    BOOST_TEST(response.body == r.body);
}

BOOST_DATA_TEST_CASE(a_mistake_is_named_with_its_place, data::make(bad), b) {
    BOOST_TEST(problem(b.json) == b.problem);
}

BOOST_AUTO_TEST_CASE(text_that_is_not_json_is_refused) {
    for (const char* json : {"", "{", R"({"status":200)", "{\"status\":200,\"body\":\"\xff\"}",
                             R"({"status":200,"body":"\ud800"})", R"({"status":200}{})"})
        BOOST_CHECK_THROW(decode_reply(json), JsonError);
    BOOST_CHECK_THROW(decode_reply(std::string(200, '[')), JsonError);
}

BOOST_AUTO_TEST_CASE(how_the_body_came_is_remembered) {
    BOOST_TEST(!decode_reply(R"({"status":200})").encoding.has_value());
    BOOST_TEST((decode_reply(R"({"status":200,"encoding":"text"})").encoding == Encoding::text));
    BOOST_TEST((decode_reply(R"({"statusCode":200,"isBase64Encoded":true})").encoding ==
                Encoding::base64));
}

BOOST_AUTO_TEST_CASE(vercels_answer_to_several_payloads_is_text) {
    const Response response = decode_reply(
        R"({"statusCode":200,"headers":{"content-type":"multipart/mixed; boundary=\"x\""},)"
        R"("body":"--payload-separator\r\n...","encoding":"base64"})");
    BOOST_TEST(response.body == "--payload-separator\r\n...");
}

BOOST_AUTO_TEST_CASE(a_result_without_status_is_a_body_to_an_http_api) {
    for (Format format : {Format::api_gateway_v2, Format::function_url}) {
        const Response response = decode_reply(R"( {"headers": 5} )", format);
        BOOST_TEST(response.status == 200);
        BOOST_TEST(lines(response) == "content-type: application/json\n");
        BOOST_TEST(response.body == R"({"headers": 5})");
        BOOST_TEST(decode_reply(R"("a\nb")", format).body == "a\nb");
        BOOST_TEST(decode_reply(R"([{"statusCode":1}])", format).body == R"([{"statusCode":1}])");
        BOOST_TEST(decode_reply("null", format).body == "null");
        BOOST_TEST(decode_reply(R"({"statusCode":404})", format).status == 404);
    }
    BOOST_CHECK_THROW(decode_reply(R"({"a":1})", Format::alb), JsonError);
}

BOOST_AUTO_TEST_CASE(any_json_is_the_result_of_an_invocation) {
    BOOST_TEST(decode_reply(R"({"statusCode":404})", Format::raw).body == R"({"statusCode":404})");
    BOOST_CHECK_THROW(decode_reply("{", Format::raw), JsonError);
}

BOOST_AUTO_TEST_CASE(a_rest_api_refuses_members_it_does_not_know) {
    const std::string reply = R"({"statusCode":200,"cookies":["a=1"]})";
    BOOST_TEST(lines(decode_reply(reply)) == "set-cookie: a=1\n");
    BOOST_CHECK_EXCEPTION(
        decode_reply(reply, Format::api_gateway_v1), JsonError, [](const JsonError& e) {
            return std::string(e.what()) ==
                   "cookies: a REST API does not know this member and would answer 502 (byte 18)";
        });
}

BOOST_AUTO_TEST_CASE(what_was_encoded_decodes_to_the_same) {
    Response sent{
        418, {{"x-a", "1"}, {"x-b", "2"}, {"set-cookie", "c=1"}, {"set-cookie", "d=2"}}, "t"};
    for (int format = 0; format < static_cast<int>(Format::raw); ++format) {
        if (static_cast<Format>(format) == Format::websocket) continue;
        const Response got = decode_reply(encode(sent, static_cast<Format>(format)));
        BOOST_TEST(got.status == sent.status);
        BOOST_TEST(got.body == sent.body);
        BOOST_TEST(got.headers.values("set-cookie") == sent.headers.values("set-cookie"),
                   boost::test_tools::per_element());
        BOOST_TEST(got.headers.get("x-b") == "2");
    }
}

BOOST_AUTO_TEST_CASE(fields_that_a_list_repeats_past_all_measure_are_refused) {
    std::string list = "\"\"";
    for (int i = 1; i < 1'000; ++i)
        list += ",\"\"";
    const std::string map = "{\"" + std::string(10'000, 'k') + "\":[" + list + "]}";

    for (const char* member : {"headers", "multiValueHeaders"}) {
        const std::string json = "{\"statusCode\":200,\"" + std::string(member) + "\":" + map + "}";
        BOOST_TEST(problem(json).starts_with(std::string(member) + ".kkk"));
        BOOST_TEST(problem(json).find(": the header fields take more than " +
                                      std::to_string(4 * json.size() + 65'536) + " bytes") !=
                   std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

// What a file is called.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>

using namespace turngate;
using namespace turngate::testing;
using events::Classification;
using Kind = Classification::Kind;
namespace bdata = boost::unit_test::data;

namespace {

struct Case {
    const char* json;
    Kind kind;
    const char* what;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.what;
}

const Case cases[] = {
    {R"({"httpMethod":"GET","path":"/","requestContext":{}})", Kind::event, "apigw-v1 event"},
    {R"({"Records":[{"eventSource":"aws:sqs"}]})", Kind::event, "sqs event"},
    {R"({"eventSource":"aws:SelfManagedKafka"})", Kind::event, "kafka event"},
    {R"({"eventSource":"aws:rmq"})", Kind::event, "rabbitmq event"},
    {R"({"detail-type":"Scheduled Event","source":"aws.events"})", Kind::event,
     "eventbridge \"Scheduled Event\" event"},
    {R"({"triggerSource":"a","userPoolId":"b"})", Kind::event, "cognito user pool event"},
    {R"({"RequestType":"Create","LogicalResourceId":"a","StackId":"b"})", Kind::event,
     "cloudformation custom resource event"},
    {R"({"type":"TOKEN","methodArn":"a"})", Kind::authorizer, "authorizer request"},
    {R"({"principalId":"a","policyDocument":{}})", Kind::reply, "authorizer reply"},
    {R"({"statusCode":200,"statusDescription":"200 OK"})", Kind::reply, "alb reply"},
    {R"({"statusCode":200,"cookies":[]})", Kind::reply, "apigw-v2 or function-url reply"},
    {R"({"statusCode":200,"headers":{},"encoding":"base64"})", Kind::reply, "vercel reply"},
    {R"({"status":"200","headers":{}})", Kind::reply, "edge reply"},
    {R"({"status":200,"headers":{},"body":""})", Kind::reply, "http reply"},
    {R"({"batchItemFailures":[]})", Kind::reply, "batch reply"},
    {R"({"httpMethod":"{{{method}}}","path":"/"})", Kind::sample, "template of apigw-v1 event"},
    {R"({"Records":[{"eventSource":"aws:s3","n":{{{size}}}}]})", Kind::sample,
     "template of s3 event"},
    {R"({"a":{{{b}}}})", Kind::sample, "template of other JSON object"},
    {R"({"a":{{{b}}})", Kind::malformed, "not JSON"},
    {R"([{{{a}}}, "x"])", Kind::sample, "template of JSON array"},
    {R"({"httpMethod":"{{{method}}}","path":"/","queryStringParameters":"{{{q}}}"})", Kind::sample,
     "template of apigw-v1 event"},
    {R"({"httpMethod":"GET","path":"/","body":"{{{b}}}","isBase64Encoded":true})", Kind::sample,
     "template of apigw-v1 event"},
    {R"({"Records":[{"eventSource":"aws:sqs","body":"{{{body}}}"}]})", Kind::sample,
     "template of sqs event"},
    {R"({"type":"TOKEN","methodArn":"arn:{{{partition}}}:x"})", Kind::sample,
     "template of authorizer request"},
    {R"({"Records":[{"eventSource":"aws:sqs","body":"Dear {{{name}}}, {{{body}}}"}]})", Kind::event,
     "sqs event"},
    {R"({"Records":[{"eventSource":"aws:sqs","body":"{{{name}}}"}]})", Kind::event, "sqs event"},
    {R"({"Records":[{"eventSource":"aws:sqs","body":"[\"{{{body}}}\"]"}]})", Kind::event,
     "sqs event"},
    {R"({"httpMethod":"GET","path":"/","body":"<b>{{{body}}}</b>"})", Kind::event,
     "apigw-v1 event"},
    {R"({"httpMethod":5,"path":"/","body":"{{{body}}}"})", Kind::malformed, "apigw-v1 event"},
    {R"({"httpMethod":"{{{method}}}","path":5})", Kind::malformed, "apigw-v1 event"},
    {R"({"path":"/a","body":"{{{x}}}",)", Kind::malformed, "not JSON"},
    {R"({"path":"/a","path":"/b"})", Kind::malformed, "JSON with a duplicate member"},
    {R"({"a":1e999})", Kind::other, "other JSON object"},
    {R"({"httpMethod":5,"path":"/"})", Kind::malformed, "apigw-v1 event"},
    {R"({"a":)", Kind::malformed, "not JSON"},
    {"", Kind::malformed, "not JSON"},
    {R"({"a":1})", Kind::other, "other JSON object"},
    {"{}", Kind::other, "empty JSON object"},
    {"[1]", Kind::other, "JSON array"},
    {"null", Kind::other, "JSON null"},
    {"1e9999", Kind::other, "JSON number"},
};

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(Kind)

BOOST_AUTO_TEST_SUITE(classify)

BOOST_DATA_TEST_CASE(a_file_is_named_for_what_it_is, bdata::make(cases)) {
    const Classification found = events::classify(sample.json);

    BOOST_TEST(found.kind == sample.kind);
    BOOST_TEST(found.what == sample.what);
}

BOOST_AUTO_TEST_CASE(malformed_says_where_and_what_was_expected) {
    BOOST_TEST(events::classify(R"({"httpMethod":5,"path":"/"})").problem ==
               "httpMethod: expected a method, found a number (byte 14)");
    BOOST_TEST(events::classify("{").problem.starts_with("bad JSON at byte 1"));
}

BOOST_AUTO_TEST_CASE(a_duplicate_member_is_named_with_its_byte) {
    BOOST_TEST(events::classify(R"({"httpMethod":"GET","path":"/a","path":"/b"})").problem ==
               "path: stands twice (byte 32)");
    BOOST_TEST(events::classify(rest_event({}, R"(,"a":1,"a":2)")).what == "apigw-v1 event");
    BOOST_TEST(events::classify(rest_event({}, R"(,"a":1,"a":2)"))
                   .problem.starts_with("requestContext.a: stands twice"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_template_is_told_by_its_own_bytes) {
    const std::string json =
        R"({"httpMethod":"{{{method}}}","x":"{{{a}}}","path":7,"y":"{{{some_other}}}"})";
    const events::Classification found = events::classify(json);

    BOOST_TEST(found.problem == "path: expected a string, found a number (byte " +
                                    std::to_string(json.find('7')) + ")");
}

BOOST_AUTO_TEST_CASE(only_what_decodes_has_a_format) {
    BOOST_TEST((events::classify(alb_event()).format == events::Format::alb));
    BOOST_TEST((events::classify(R"({"a":1})").format == events::Format::raw));
    BOOST_TEST(!events::classify(R"({"statusCode":200})").format);
    BOOST_TEST(!events::classify(R"({"httpMethod":5,"path":"/"})").format);
}

BOOST_AUTO_TEST_CASE(braces_that_are_no_placeholder_make_no_template) {
    BOOST_TEST((events::classify(R"({"a":{"b":{"c":{}}}})").kind == Kind::other));
    BOOST_TEST((events::classify(R"({"a":"{{{not one}}}"})").kind == Kind::other));
}

BOOST_AUTO_TEST_CASE(a_document_of_any_size_is_named) {
    const std::string zeros = repeated("0", 30'000);

    BOOST_TEST(
        events::classify(R"({"records":[{"recordId":1,"result":2}],"z":)" + zeros + "}").what ==
        "record transformation reply");
    BOOST_TEST(events::classify(rest_event(",\"multiValueHeaders\":{\"a\":" + zeros + "}")).what ==
               "JSON with too many entries");
}

BOOST_AUTO_TEST_SUITE_END()

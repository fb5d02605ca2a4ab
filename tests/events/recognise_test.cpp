// Which shape an event is taken for.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/decode.h>

using namespace turngate;
using namespace turngate::testing;
namespace bdata = boost::unit_test::data;

namespace {

struct Case {
    const char* name;
    const char* json;
    const char* format;
    const char* source = "";
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

const Case cases[] = {
    {"REST", R"({"httpMethod":"GET","path":"/","requestContext":{"stage":"p"}})", "apigw-v1"},
    {"REST by hand", R"({"httpMethod":"GET","path":"/"})", "apigw-v1"},
    {"HTTP API 1.0", R"({"version":"1.0","httpMethod":"GET","path":"/","requestContext":{}})",
     "apigw-http1"},
    {"HTTP API 2.0", R"({"rawPath":"/","requestContext":{"http":{"method":"GET"}}})", "apigw-v2"},
    {"function URL",
     R"({"rawPath":"/","requestContext":{"domainName":"a.lambda-url.eu-west-1.on.aws",)"
     R"("http":{"method":"GET"}}})",
     "function-url"},
    {"ALB", R"({"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","headers":{}})", "alb"},
    {"ALB with lists",
     R"({"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","multiValueHeaders":{}})",
     "alb-multi"},
    {"Lattice 1.0", R"({"raw_path":"/","method":"GET","headers":{}})", "lattice-v1"},
    {"Lattice 2.0, which has HTTP API's version",
     R"({"version":"2.0","path":"/","method":"GET","requestContext":{"serviceArn":"a"}})",
     "lattice-v2"},
    {"a WebSocket connecting, which has a method",
     R"({"httpMethod":"GET","path":"/","requestContext":{"eventType":"CONNECT","connectionId":"c"}})",
     "websocket"},
    {"CloudFront", R"({"Records":[{"cf":{"request":{"method":"GET","uri":"/"}}}]})", "edge"},
    {"CloudFront's response", R"({"Records":[{"cf":{"request":{},"response":{}}}]})", "raw",
     "cloudfront-response"},
    {"Vercel", R"({"Action":"Invoke","body":"{\"method\":\"GET\",\"path\":\"/\"}"})", "vercel"},
    {"an action of something else", R"({"Action":"Delete"})", "raw"},
    {"a REST event without a load balancer",
     R"({"httpMethod":"GET","path":"/","requestContext":{"elb":null}})", "apigw-v1"},
    {"a REST event that is no HTTP API's",
     R"({"httpMethod":"GET","path":"/","requestContext":{"http":null,"stage":"p"}})", "apigw-v1"},
    {"an HTTP API's event with null for what others have",
     R"({"rawPath":"/","raw_path":null,"Records":null,"requestContext":{"elb":null,)"
     R"("serviceArn":null,"connectionId":null,"eventType":null,"http":{"method":"GET"}}})",
     "apigw-v2"},
    {"ALB with a list of parameters alone",
     R"({"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","headers":{},)"
     R"("multiValueQueryStringParameters":{"a":["1"]}})",
     "alb"},
    {"ALB with null for its lists",
     R"({"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","multiValueHeaders":null})",
     "alb"},
    {"plain, with null for another's path", R"({"method":"GET","path":"/","raw_path":null})",
     "http"},
    {"plain", R"({"method":"GET","path":"/"})", "http"},
    {"no proxy: objects for parameters", R"({"method":"GET","path":{"id":"1"},"query":{}})", "raw"},
    {"no proxy, of another framework", R"({"method":"GET","path":"/","requestPath":"/{x}"})",
     "raw"},
    {"SQS", R"({"Records":[{"eventSource":"aws:sqs"},{"eventSource":"aws:s3"}]})", "raw",
     "aws:sqs"},
    {"SNS, with its capital", R"({"Records":[{"EventSource":"aws:sns"}]})", "raw", "aws:sns"},
    {"EventBridge",
     R"({"version":"0","detail-type":"t","source":"aws.ec2","detail":{"httpMethod":"GET"}})", "raw",
     "eventbridge"},
    {"a warmer", R"({"source":"serverless-plugin-warmup"})", "raw", "serverless-plugin-warmup"},
    {"bref's warmer", R"({"warmer":true})", "raw", "warmer"},
    {"no warmer", R"({"warmer":false})", "raw"},
    {"an authorizer that looks like REST",
     R"({"type":"REQUEST","methodArn":"a","httpMethod":"GET","path":"/","requestContext":{}})",
     "raw", "authorizer"},
    {"an authorizer that looks like HTTP API",
     R"({"type":"REQUEST","routeArn":"a","rawPath":"/","requestContext":{"http":{}}})", "raw",
     "authorizer"},
    {"Kafka", R"({"eventSource":"aws:kafka","records":{}})", "raw", "aws:kafka"},
    {"Bedrock, which has a method", R"({"httpMethod":"GET","apiPath":"/x","agent":{}})", "raw"},
    {"nothing", "{}", "raw"},
    {"no record", R"({"Records":[]})", "raw"},
    {"records that are none", R"({"Records":[1,"x",{"eventSource":"aws:sqs"}]})", "raw"},
    {"a list", "[1,2]", "raw"},
    {"a string", "\"GET /\"", "raw"},
    {"null", "null", "raw"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(recognise)

BOOST_DATA_TEST_CASE(a_shape_is_told_by_its_members, bdata::make(cases)) {
    const events::Event event = events::decode(sample.json);

    BOOST_TEST(events::name(event.format) == sample.format);
    BOOST_TEST(event.source == sample.source);
}

BOOST_AUTO_TEST_CASE(records_that_may_be_split_are_marked) {
    for (const char* source : {"aws:sqs", "aws:kinesis", "aws:dynamodb"})
        BOOST_TEST(
            events::decode(R"({"Records":[{"eventSource":")" + std::string(source) + R"("}]})")
                .is_batch);
    BOOST_TEST(!events::decode(R"({"Records":[{"eventSource":"aws:s3"}]})").is_batch);
}

BOOST_AUTO_TEST_CASE(a_wrong_member_is_reported_and_does_not_hide_the_shape) {
    BOOST_TEST(refusal(R"({"httpMethod":null,"path":"/","requestContext":{}})") ==
               "httpMethod: expected a method, found null (byte 14)");
    BOOST_TEST(refusal(R"({"rawPath":"/","requestContext":{"http":null}})") ==
               "requestContext.http: expected an object, found null (byte 40)");
    BOOST_TEST(refusal(R"({"requestContext":{"http":5}})")
                   .starts_with("requestContext.http: expected an object, found a number"));
}

BOOST_AUTO_TEST_CASE(a_demanded_format_is_held_against_the_event) {
    BOOST_CHECK_THROW(events::decode("[]", events::Format::api_gateway_v1), JsonError);
    BOOST_TEST(refusal(alb_event(), {.format = events::Format::api_gateway_v2}) ==
               "not an event of shape apigw-v2: no requestContext.http; it is one of shape alb");
    BOOST_TEST((events::decode(alb_event(), events::Format::raw).format == events::Format::raw));
}

BOOST_AUTO_TEST_SUITE_END()

// What an event says besides the request.
#include <boost/test/unit_test.hpp>

#include "support/event_text.h"
#include <turngate/events/invocation.h>

using namespace turngate;
using namespace turngate::testing;
using events::Invocation;

namespace {

Invocation invocation_of(const std::string& json) {
    return *events::decode(json).request.context.find<Invocation>();
}

std::string text(const Json& json, std::string_view pointer) {
    const Json* found = json.at_pointer(pointer);
    return found ? found->string_or("not a string") : "absent";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(invocation)

BOOST_AUTO_TEST_CASE(the_ready_fields_are_those_of_the_event) {
    events::Event event = events::decode(rest_event(
        R"(,"headers":{"X-Amzn-Trace-Id":"Root=1-a"})",
        R"(,"requestId":"r-1","accountId":"42","apiId":"api","domainName":"d","identity":)"
        R"({"sourceIp":"203.0.113.9"})"));
    const Invocation& found = *event.request.context.find<Invocation>();

    BOOST_TEST((found.format() == events::Format::api_gateway_v1));
    BOOST_TEST(found.request_id() == "r-1");
    BOOST_TEST(event.request.context.request_id == "r-1");
    BOOST_TEST(found.trace_id() == "Root=1-a");
    BOOST_TEST(found.stage() == "prod");
    BOOST_TEST(found.source_ip() == "203.0.113.9");
    BOOST_TEST(found.account_id() == "42");
    BOOST_TEST(found.api_id() == "api");
    BOOST_TEST(found.domain_name() == "d");
}

BOOST_AUTO_TEST_CASE(a_load_balancers_request_is_named_by_its_trace) {
    const Invocation found =
        invocation_of(alb_event(R"(,"headers":{"x-amzn-trace-id":"Root=1-b"})"));

    BOOST_TEST(found.request_id() == "Root=1-b");
    BOOST_TEST(found.stage() == "");
}

BOOST_AUTO_TEST_CASE(the_context_is_kept_byte_for_byte) {
    const Invocation found = invocation_of(
        R"({"httpMethod":"GET","path":"/","requestContext": { "a\u0062" : 1e400, "b":["\n"] } })");

    BOOST_TEST(found.request_context() == R"({ "a\u0062" : 1e400, "b":["\n"] })");
}

BOOST_AUTO_TEST_CASE(maps_beside_the_context_are_parsed_on_demand) {
    const Invocation found =
        invocation_of(rest_event(R"(,"pathParameters":{"id":"a%2F"},"stageVariables":{"v":"1"})"));

    BOOST_TEST(text(found.path_parameters(), "/id") == "a%2F");
    BOOST_TEST(text(found.stage_variables(), "/v") == "1");
    BOOST_TEST(invocation_of(rest_event(R"(,"pathParameters":null)")).path_parameters().is_null());
}

BOOST_AUTO_TEST_CASE(authorizers_of_every_kind_are_found) {
    const Invocation cognito = invocation_of(
        rest_event({}, R"(,"authorizer":{"claims":{"sub":"u1"}},"identity":{"user":"x"})"));
    const Invocation jwt =
        invocation_of(http_api_event({}, R"(,"authorizer":{"jwt":{"claims":{"sub":"u2"}}})"));
    const Invocation iam =
        invocation_of(http_api_event({}, R"(,"authorizer":{"iam":{"userArn":"arn"}})"));
    const Invocation custom =
        invocation_of(http_api_event({}, R"(,"authorizer":{"lambda":{"k":"v"}})"));
    const Invocation none = invocation_of(alb_event());

    BOOST_TEST(text(cognito.claims(), "/sub") == "u1");
    BOOST_TEST(text(cognito.identity(), "/user") == "x");
    BOOST_TEST(text(jwt.claims(), "/sub") == "u2");
    BOOST_TEST(text(iam.identity(), "/userArn") == "arn");
    BOOST_TEST(text(custom.authorizer(), "/lambda/k") == "v");
    BOOST_TEST(none.authorizer().is_null());
    BOOST_TEST(none.claims().is_null());
}

BOOST_AUTO_TEST_CASE(client_certificates_are_found_in_both_places) {
    const Invocation rest =
        invocation_of(rest_event({}, R"(,"identity":{"clientCert":{"subjectDN":"CN=a"}})"));
    const Invocation http = invocation_of(
        http_api_event({}, R"(,"authentication":{"clientCert":{"subjectDN":"CN=b"}})"));

    BOOST_TEST(text(rest.client_certificate(), "/subjectDN") == "CN=a");
    BOOST_TEST(text(http.client_certificate(), "/subjectDN") == "CN=b");
}

BOOST_AUTO_TEST_SUITE_END()

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
        R"({"httpMethod":"GET","path":"/","requestContext": { "a\u0062" : 1e300, "b":["\n"] } })");

    BOOST_TEST(found.request_context() == R"({ "a\u0062" : 1e300, "b":["\n"] })");
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

// What a handler asks for later must not fail then.
BOOST_AUTO_TEST_CASE(a_twin_or_an_endless_number_in_the_context_is_refused_at_once) {
    auto check = [](const std::string& json, const std::string& second, const std::string& text) {
        BOOST_TEST(refusal(json) == text + " (byte " + std::to_string(json.rfind(second)) + ")");
    };
    const std::string twice = ": stands twice";

    check(rest_event({}, R"(,"own":1,"own":2)"), "\"own\"", "requestContext.own" + twice);
    check(rest_event({}, R"(,"identity":{"a":1,"b":2,"a":3})"), "\"a\"",
          "requestContext.identity.a" + twice);
    check(rest_event({}, R"(,"authorizer":{"claims":{"sub":"1","x":{},"s\u0075b":"2"}})"),
          R"("s\u0075b")", "requestContext.authorizer.claims.sub" + twice);
    check(rest_event({}, R"(,"list":[{"a":1},[],{"a":1,"a":2}])"), "\"a\"",
          "requestContext.list[2].a" + twice);
    check(rest_event({}, R"(,"n":1e400)"), "1e400",
          "requestContext.n: expected a number that a double can hold");
    check(rest_event({}, R"(,"n":[{"m":-)" + std::string(400, '9') + "}]"), "-9",
          "requestContext.n[0].m: expected a number that a double can hold");
    check(rest_event({}, R"(,"stage2":[1e5,1E-400,1e401])"), "1e401",
          "requestContext.stage2[2]: expected a number that a double can hold");
    check(rest_event(R"(,"pathParameters":{"a":"1","a":"2"})"), "\"a\"",
          "pathParameters.a" + twice);
    check(rest_event(R"(,"stageVariables":{"a":{"b":1,"b":2}})"), "\"b\"",
          "stageVariables.a.b" + twice);
    check(rest_event(R"(,"stageVariables":1e999)"), "1e999",
          "stageVariables: expected a number that a double can hold");
    check(alb_event(R"(,"pathParameters":[1e999])"), "1e999",
          "pathParameters[0]: expected a number that a double can hold");
}

BOOST_AUTO_TEST_CASE(names_may_be_alike_in_different_objects) {
    std::string context;
    for (int i = 0; i < 200; ++i) {
        const std::string name = ",\"member-number-" + std::to_string(i);
        context += name + R"(":{"a":{"a":1},"b":[{"a":1},{"a":2}]})";
    }

    BOOST_TEST(refusal(rest_event({}, context)) == "");
    BOOST_TEST(refusal(rest_event({}, context + R"(,"member-number-7":1)"))
                   .starts_with("requestContext.member-number-7: stands twice"));
}

BOOST_AUTO_TEST_CASE(an_event_that_nobody_takes_apart_may_have_what_it_likes) {
    const std::string json = R"({"requestContext":{"a":1,"a":1e400},"stageVariables":1e400})";

    events::Event event = events::decode(json);
    BOOST_TEST(event.request.body.text() == json);
}

BOOST_AUTO_TEST_CASE(lattice_spells_its_certificate_in_more_than_one_way) {
    const Invocation found = invocation_of(
        R"({"version":"2.0","path":"/","method":"GET","requestContext":{"serviceArn":"a","identity":)"
        R"({"principal":"p","X509SubjectCN":"cn","x509SanDns":"d","X509SanDNS":"other"}}})");

    BOOST_TEST(text(found.identity(), "/principal") == "p");
    BOOST_TEST(text(found.identity(), "/x509SubjectCn") == "cn");
    BOOST_TEST(text(found.identity(), "/x509SanDns") == "d");
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

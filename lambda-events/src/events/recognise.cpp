// The order matters: some sources have all the members of others (AWS documentation and saved
// events; a REQUEST authorizer looks like a REST request, VPC Lattice 2.0 has HTTP API's version).
#include "recognise.h"

namespace turngate::events {
namespace {

Recognised of_record(const Envelope& event) {
    if (event[Member::record_cf].is_object()) {
        if (event[Member::cf_response].given()) return {Format::raw, "cloudfront-response"};
        return {Format::edge};
    }
    Member member = event[Member::record_event_source].given() ? Member::record_event_source
                                                               : Member::record_event_source_upper;
    std::string source(event[member].is_string() ? event[member].text : std::string_view());
    bool is_batch = source == "aws:sqs" || source == "aws:kinesis" || source == "aws:dynamodb";
    return {Format::raw, std::move(source), is_batch};
}

// "abc.lambda-url.eu-west-1.on.aws"
bool is_function_url(const Envelope& event) {
    const Value& domain = event[Member::context_domain_name];
    return domain.is_string() && domain.text.find(".lambda-url.") != std::string_view::npos;
}

}  // namespace

Recognised recognise(const Envelope& event) {
    if (!event.root().is_object()) return {};
    const auto given = [&](Member member) { return event[member].given(); };

    const Value& type = event[Member::type];
    bool is_authorizer = type.is_string() && (type.text == "TOKEN" || type.text == "REQUEST") &&
                         (given(Member::method_arn) || given(Member::route_arn));
    if (is_authorizer) return {Format::raw, "authorizer"};

    if (event[Member::context_elb].is_object())
        return {given(Member::multi_value_headers) ? Format::alb_multi_value : Format::alb};
    if (given(Member::context_service_arn) || given(Member::context_service_network_arn))
        return {Format::lattice_v2};
    if (event[Member::context_http].is_object())
        return {is_function_url(event) ? Format::function_url : Format::api_gateway_v2};
    if (given(Member::context_connection_id) && given(Member::context_event_type))
        return {Format::websocket};
    if (event.has(Member::http_method) &&
        (event.has(Member::request_context) || event.has(Member::path))) {
        const Value& version = event[Member::version];
        bool http_api = version.is_string() && version.text == "1.0";
        return {http_api ? Format::api_gateway_http1 : Format::api_gateway_v1};
    }
    const bool is_wrong_http = given(Member::context_http);
    if (is_wrong_http || (given(Member::raw_path) && given(Member::request_context)))
        return {is_function_url(event) ? Format::function_url : Format::api_gateway_v2};
    if (given(Member::lattice_raw_path) && event.has(Member::method)) return {Format::lattice_v1};
    if (given(Member::records)) return of_record(event);
    if (given(Member::detail_type) && given(Member::source)) return {Format::raw, "eventbridge"};

    const Value& source = event[Member::source];
    const Value& warmer = event[Member::warmer];
    if (warmer.kind == Kind::boolean && warmer.boolean) return {Format::raw, "warmer"};
    if (source.is_string() && source.text == "serverless-plugin-warmup")
        return {Format::raw, std::string(source.text)};

    // Another action is refused, not passed on.
    const Value& action = event[Member::action];
    if (action.is_string() && (action.text == "Invoke" || given(Member::body)))
        return {Format::vercel};
    // Templates of API Gateway's integrations without proxy have objects under these names.
    const auto is_word = [&](Member member) {
        const Value& value = event[member];
        return value.kind != Kind::absent && !value.is_object() && value.kind != Kind::array;
    };
    if (is_word(Member::method) && is_word(Member::path) && !given(Member::request_path))
        return {Format::http};

    const Value& event_source = event[Member::event_source];
    return {Format::raw,
            std::string(event_source.is_string() ? event_source.text : std::string_view())};
}

}  // namespace turngate::events

// How much platforms take of a reply.
#include <algorithm>

#include "strict/openedge_sizes.h"
#include "strict/rule_tables.h"

namespace turngate::strict {
namespace {

using enum Platform;
using Measured = std::optional<std::uint64_t>;

Measured json(const Subject& s) {
    if (s.refused > 0) return s.refused;
    if (s.at_least > 0) return s.at_least;
    return s.reply ? Measured(s.reply->size()) : Measured();
}
Measured json_at_viewer(const Subject& s) {
    return s.request.at_origin ? Measured() : json(s);
}
Measured json_at_origin(const Subject& s) {
    return s.request.at_origin ? json(s) : Measured();
}
Measured body(const Subject& s) {
    return std::max(s.body, s.at_least);
}

// Header names have no case.
bool has_name(const Json::Object& fields, std::string_view name) {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const auto& field) { return iequals(field.first, name); });
}

// Calls `each` with the size of every header field of the reply: those of the JSON where there is
// some, as names and values of what the platform reads. That is one map of a load balancer, by its
// mode; headers and cookies in payload 2.0, of which a result without a statusCode has none; and
// with payload 1.0 both maps, of which multiValueHeaders goes before headers.
template <class Each>
void each_field(const Subject& s, const Each& each) {
    if (!s.is_json) {
        for (const auto& [name, value] : s.headers)
            each(name.size() + value.size());
        return;
    }
    auto value_size = [](const Json& value) {
        return value.string() ? value.string()->size() : std::size_t{0};
    };
    const bool is_v2 = s.platform == apigw_v2 || s.platform == function_url;
    if (is_v2 && !s.json.find("statusCode")) return;
    const Json::Object* const single =
        s.platform == alb_multi ? nullptr : s.json["headers"].members();
    const Json::Object* const multiple =
        is_v2 || s.platform == alb ? nullptr : s.json["multiValueHeaders"].members();
    for (const Json::Object* fields : {single, multiple}) {
        if (!fields) continue;
        for (const auto& [name, value] : *fields) {
            if (fields == single && multiple && has_name(*multiple, name)) continue;
            if (const Json::Array* values = value.items())
                for (const Json& one : *values)
                    each(name.size() + value_size(one));
            else
                each(name.size() + value_size(value));
        }
    }
    if (const Json::Array* cookies = is_v2 ? s.json["cookies"].items() : nullptr)
        for (const Json& cookie : *cookies)
            each(sizeof "set-cookie" - 1 + value_size(cookie));
}

Measured headers(const Subject& s) {
    std::uint64_t sum = 0;
    each_field(s, [&](std::size_t size) { sum += size; });
    return sum;
}
Measured field(const Subject& s) {
    std::uint64_t longest = 0;
    each_field(s, [&](std::uint64_t size) { longest = std::max(longest, size); });
    return longest;
}

// An answer is published to another topic, which stands in the manager's rule and not in an event:
// that of the message is taken for it.
Measured grpc_message(const Subject& s) {
    return grpc_message_size(s.request.message, *body(s));
}
Measured mqtt_packet(const Subject& s) {
    return mqtt_packet_size(s.request.message, *body(s));
}

std::string not_carried(const Subject& s) {
    return s.cannot_carry;
}

constexpr std::string_view smaller_reply =
    "answer with a redirect to a file in a bucket, or in pages; base64 makes a body a third larger";
constexpr std::string_view smaller_head =
    "send fewer and shorter headers and cookies, or put long values into the body";

constexpr Rule table[] = {
    {.name = "reply-carried",
     .platforms = Platforms(apigw_v1, apigw_http1, apigw_v2, function_url, alb, alb_multi,
                            lattice_v1, lattice_v2, websocket, edge, lambda, vercel),
     .what = "the platform's form of a reply can say the response",
     .outcome = "the client gets a 502",
     .fix = "answer with a final status from 200 to 599, and not with hundreds of cookies",
     .source = "the shape of the platform's replies",
     .fault = not_carried},
    at_most("lambda-reply-size",
            Platforms(apigw_v1, apigw_http1, apigw_v2, function_url, lattice_v1, lattice_v2,
                      websocket, lambda),
            "the reply as JSON", 6'291'556,
            "AWS Lambda answers the function's post with 413, and the client gets a 502",
            smaller_reply, "AWS, Lambda quotas", json),
    at_most("apigw-reply-headers", api_gateway, "the header of the reply", 10'240,
            "API Gateway answers 502 or 500", smaller_head, "AWS, API Gateway quotas", headers),
    at_most("websocket-reply", Platforms(websocket), "the body of the reply", 128 * kibibyte,
            "API Gateway does not send it", "send it in parts, through the management API",
            "AWS, API Gateway quotas", body),
    at_most("alb-reply-size", load_balancer, "the reply as JSON", mebibyte,
            "the load balancer answers 502", smaller_reply,
            "AWS, Lambda functions as targets of a load balancer", json),
    at_most("alb-reply-field", load_balancer, "a header field of the reply", 16 * kibibyte,
            "the load balancer answers 502", smaller_head,
            "AWS, HTTP header limits of Application Load Balancers", field),
    at_most("alb-reply-headers", load_balancer, "the header of the reply", 32 * kibibyte,
            "the load balancer answers 502", smaller_head,
            "AWS, HTTP header limits of Application Load Balancers", headers),
    at_most("lattice-reply-size", lattice, "the reply as JSON", 6 * mebibyte,
            "VPC Lattice answers with an error of its own", smaller_reply,
            "AWS, Lambda functions as targets in VPC Lattice", json),
    at_most("edge-viewer-reply", Platforms(edge), "the reply as JSON", 40 * kibibyte,
            "CloudFront answers 502", "have the function run at the origin, which takes 1 MB",
            "AWS, Quotas on Lambda@Edge", json_at_viewer),
    at_most("edge-origin-reply", Platforms(edge), "the reply as JSON", mebibyte,
            "CloudFront answers 502", smaller_reply, "AWS, Quotas on Lambda@Edge", json_at_origin),
    at_most("vercel-reply-body", Platforms(vercel), "the body of the reply", 4'718'592,
            "Vercel answers 500 FUNCTION_RESPONSE_PAYLOAD_TOO_LARGE",
            "stream it, which has no such limit", "Vercel, Functions limits", body),
    at_most("openedge-reply-message", Platforms(openedge), "the message that is the answer",
            4 * mebibyte, "the function manager answers ResourceExhausted and ends the instance",
            "answer in parts, or raise message.length.max of the function",
            "OpenEdge, defaults of openedge-function", grpc_message),
    at_most("openedge-hub-reply", Platforms(openedge), "the MQTT packet of the answer", 32'768,
            "the hub drops the connection, and with QoS 1 the function runs again and again",
            "answer in parts, or raise message.length.max of the hub",
            "OpenEdge, defaults of openedge-hub", mqtt_packet),
};

}  // namespace

std::span<const Rule> reply_rules() {
    return table;
}

}  // namespace turngate::strict

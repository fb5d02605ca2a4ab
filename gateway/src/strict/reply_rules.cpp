// How much platforms take of a reply.
#include <algorithm>

#include "strict/rule_tables.h"

namespace turngate::strict {
namespace {

using enum Platform;
using Measured = std::optional<std::uint64_t>;
using Unit = Rule::Unit;

Measured json(const Subject& s) {
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
    {.name = "lambda-reply-size",
     .platforms = Platforms(apigw_v1, apigw_http1, apigw_v2, function_url, lattice_v1, lattice_v2,
                            websocket, lambda),
     .what = "the reply as JSON",
     .limit = 6'291'556,
     .unit = Unit::bytes,
     .outcome = "AWS Lambda answers the function's post with 413, and the client gets a 502",
     .fix = smaller_reply,
     .source = "AWS, Lambda quotas",
     .measure = json},
    {.name = "apigw-reply-headers",
     .platforms = api_gateway,
     .what = "the header of the reply",
     .limit = 10'240,
     .unit = Unit::bytes,
     .outcome = "API Gateway answers 502 or 500",
     .fix = smaller_head,
     .source = "AWS, API Gateway quotas",
     .measure = headers},
    {.name = "websocket-reply",
     .platforms = Platforms(websocket),
     .what = "the body of the reply",
     .limit = 128 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "API Gateway does not send it",
     .fix = "send it in parts, through the management API",
     .source = "AWS, API Gateway quotas",
     .measure = body},
    {.name = "alb-reply-size",
     .platforms = load_balancer,
     .what = "the reply as JSON",
     .limit = mebibyte,
     .unit = Unit::bytes,
     .outcome = "the load balancer answers 502",
     .fix = smaller_reply,
     .source = "AWS, Lambda functions as targets of a load balancer",
     .measure = json},
    {.name = "alb-reply-field",
     .platforms = load_balancer,
     .what = "a header field of the reply",
     .limit = 16 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "the load balancer answers 502",
     .fix = smaller_head,
     .source = "AWS, HTTP header limits of Application Load Balancers",
     .measure = field},
    {.name = "alb-reply-headers",
     .platforms = load_balancer,
     .what = "the header of the reply",
     .limit = 32 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "the load balancer answers 502",
     .fix = smaller_head,
     .source = "AWS, HTTP header limits of Application Load Balancers",
     .measure = headers},
    {.name = "lattice-reply-body",
     .platforms = lattice,
     .what = "the body of the reply",
     .limit = 6 * mebibyte,
     .unit = Unit::bytes,
     .outcome = "VPC Lattice answers with an error of its own",
     .fix = smaller_reply,
     .source = "AWS, Lambda functions as targets in VPC Lattice",
     .measure = body},
    {.name = "edge-viewer-reply",
     .platforms = Platforms(edge),
     .what = "the reply as JSON",
     .limit = 40 * kibibyte,
     .unit = Unit::bytes,
     .outcome = "CloudFront answers 502",
     .fix = "have the function run at the origin, which takes 1 MB",
     .source = "AWS, Quotas on Lambda@Edge",
     .measure = json_at_viewer},
    {.name = "edge-origin-reply",
     .platforms = Platforms(edge),
     .what = "the reply as JSON",
     .limit = mebibyte,
     .unit = Unit::bytes,
     .outcome = "CloudFront answers 502",
     .fix = smaller_reply,
     .source = "AWS, Quotas on Lambda@Edge",
     .measure = json_at_origin},
    {.name = "vercel-reply-body",
     .platforms = Platforms(vercel),
     .what = "the body of the reply",
     .limit = 4'718'592,
     .unit = Unit::bytes,
     .outcome = "Vercel answers 413 FUNCTION_PAYLOAD_TOO_LARGE",
     .fix = "stream it, which has no such limit",
     .source = "Vercel, Functions limits",
     .measure = body},
    {.name = "openedge-reply-payload",
     .platforms = Platforms(openedge),
     .what = "the payload of the answer",
     .limit = 4 * mebibyte,
     .unit = Unit::bytes,
     .outcome = "the function manager answers ResourceExhausted and ends the instance",
     .fix = "answer in parts, or raise message.length.max of the function",
     .source = "OpenEdge, defaults of openedge-function",
     .measure = body},
    {.name = "openedge-hub-reply",
     .platforms = Platforms(openedge),
     .what = "the payload of the answer",
     .limit = 32'768,
     .unit = Unit::bytes,
     .outcome = "the hub drops the connection, and with QoS 1 the function runs again and again",
     .fix = "answer in parts, or raise message.length.max of the hub",
     .source = "OpenEdge, defaults of openedge-hub",
     .measure = body},
};

}  // namespace

std::span<const Rule> reply_rules() {
    return table;
}

}  // namespace turngate::strict

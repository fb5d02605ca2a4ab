#include "reply_limits.h"

#include <string>
#include <string_view>

#include <turngate/http/error.h>

namespace turngate::events {
namespace {

constexpr std::size_t mebibyte = 1u << 20;

// AWS, "Lambda quotas": 6 MB and 100 bytes for a buffered reply.
constexpr std::size_t lambda_limit = 6'291'556;

[[noreturn]] void refuse(std::string_view what, std::size_t size, std::string_view who,
                         std::size_t limit, std::string_view hint = {}) {
    throw HttpError(413, std::string(what) + " is " + std::to_string(size) + " bytes, and " +
                             std::string(who) + " takes at most " + std::to_string(limit) +
                             " bytes" + std::string(hint));
}

}  // namespace

void check_fields_size(const Fields& fields, Format format) {
    std::size_t limit = 0;
    std::string_view who;
    switch (format) {
        case Format::api_gateway_v1:
        case Format::api_gateway_http1:
        case Format::api_gateway_v2:
            limit = 10'240;
            who = "API Gateway";
            break;
        case Format::alb:
        case Format::alb_multi_value:
            limit = 32 * 1024;
            who = "an Application Load Balancer";
            break;
        default:
            return;
    }
    std::size_t size = 0;
    for (const FieldView& field : fields)
        size += field.name.size() + field.value.size();
    if (size > limit) refuse("the header of the reply", size, who, limit, " of names and values");
}

void check_reply_size(std::size_t json, std::size_t body, Format format,
                      const EncodeOptions& options) {
    constexpr std::string_view what = "the reply as JSON";
    constexpr std::string_view inflated = "; base64 makes a body a third larger";
    switch (format) {
        case Format::alb:
        case Format::alb_multi_value:
            if (json > mebibyte)
                refuse(what, json, "an Application Load Balancer", mebibyte, inflated);
            return;
        case Format::edge: {
            const std::size_t limit = options.edge_origin ? mebibyte : 40 * 1024;
            if (json > limit)
                refuse(
                    what, json,
                    options.edge_origin ? "CloudFront at the origin" : "CloudFront at the viewer",
                    limit, " of a generated response");
            return;
        }
        case Format::websocket:
            if (body > 128 * 1024)
                refuse("the body of the reply", body, "an API Gateway WebSocket", 128 * 1024,
                       " a message");
            return;
        case Format::vercel:
            if (body > 4'718'592)
                refuse("the body of the reply", body, "a Vercel function", 4'718'592, " (4.5 MB)");
            return;
        case Format::lattice_v1:
        case Format::lattice_v2:
            if (body > 6 * mebibyte)
                refuse("the body of the reply", body, "VPC Lattice", 6 * mebibyte);
            break;
        case Format::http:
            return;
        default:
            break;
    }
    if (json > lambda_limit) refuse(what, json, "AWS Lambda", lambda_limit, inflated);
}

}  // namespace turngate::events

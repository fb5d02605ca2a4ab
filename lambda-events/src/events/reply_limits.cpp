#include "reply_limits.h"

#include <optional>
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

namespace {

// What a source takes of a reply.
struct ReplyLimit {
    bool of_body = false;  // or of all the JSON
    std::string_view who;
    std::size_t bytes;
    std::string_view hint = {};

    std::string_view what() const {
        return of_body ? "the body of the reply" : "the reply as JSON";
    }
};

constexpr std::string_view inflated = "; base64 makes a body a third larger";

// Absent if there is none.
std::optional<ReplyLimit> reply_limit(Format format, const EncodeOptions& options) {
    switch (format) {
        case Format::alb:
        case Format::alb_multi_value:
            return ReplyLimit{false, "an Application Load Balancer", mebibyte, inflated};
        case Format::edge:
            if (options.edge_origin)
                return ReplyLimit{false, "CloudFront at the origin", mebibyte,
                                  " of a generated response"};
            return ReplyLimit{false, "CloudFront at the viewer", 40 * 1024,
                              " of a generated response"};
        case Format::websocket:
            return ReplyLimit{true, "an API Gateway WebSocket", 128 * 1024, " a message"};
        case Format::vercel:
            return ReplyLimit{true, "a Vercel function", 4'718'592, " (4.5 MB)"};
        case Format::lattice_v1:
        case Format::lattice_v2:
            return ReplyLimit{false, "VPC Lattice", 6 * mebibyte, inflated};
        case Format::http:
            return {};
        default:
            return ReplyLimit{false, "AWS Lambda", lambda_limit, inflated};
    }
}

}  // namespace

void check_reply_size(std::size_t json, std::size_t body, Format format,
                      const EncodeOptions& options) {
    const auto limit = reply_limit(format, options);
    if (!limit) return;
    const std::size_t size = limit->of_body ? body : json;
    if (size > limit->bytes) refuse(limit->what(), size, limit->who, limit->bytes, limit->hint);
}

std::string overflow_problem(std::size_t kept, Format format, const EncodeOptions& options) {
    const std::string what = "the reply has more than " + std::to_string(kept) + " bytes, and ";
    const auto limit = reply_limit(format, options);
    if (!limit) return what + "no more are kept of one";
    return what + std::string(limit->who) + " takes at most " + std::to_string(limit->bytes) +
           " bytes";
}

}  // namespace turngate::events

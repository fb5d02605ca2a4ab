#include "reply_fields.h"

#include <array>

#include <turngate/http/nominated_fields.h>

namespace turngate::events {
namespace {

// What CloudFront does not let a function set; with one of these the viewer gets a 502. AWS,
// "Restrictions on edge functions".
constexpr std::array<std::string_view, 7> edge_refused = {
    "content-length", "expect", "via", "x-cache", "x-forwarded-proto", "x-real-ip", "warning"};
constexpr std::array<std::string_view, 4> edge_refused_prefixes = {"proxy-", "x-accel-",
                                                                   "x-amz-cf-", "x-edge-"};

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view other) { return iequals(name, other); });
}

bool edge_refuses(std::string_view name) {
    return is_one_of(name, edge_refused) ||
           std::any_of(
               edge_refused_prefixes.begin(), edge_refused_prefixes.end(),
               [&](std::string_view prefix) { return starts_with_ignoring_case(name, prefix); });
}

// A front end counts the bytes it sends: API Gateway would rename the field to
// x-amzn-Remapped-Content-Length. Without a body it says what a HEAD is about. Vercel's own bridges
// leave it, so a wrong one must not get through there.
bool drops_length(const Response& response, Format format, std::string_view length) {
    if (response.status == 204) return true;
    if (response.body.empty() || format == Format::http) return false;
    return format != Format::vercel || length != std::to_string(response.body.size());
}

}  // namespace

Fields reply_fields(const Response& response, Format format) {
    Fields fields;
    fields.reserve(response.headers.size());
    bool has_connection = false;
    for (const auto& [name, value] : response.headers) {
        if (is_hop_by_hop(name)) {
            has_connection |= iequals(name, "connection");
            continue;
        }
        if (iequals(name, "content-length") && drops_length(response, format, value)) continue;
        if (format == Format::edge && edge_refuses(name)) continue;
        fields.push_back({name, value});
    }
    if (has_connection) {
        const NominatedFields nominated(response.headers);
        std::erase_if(fields, [&](const FieldView& f) { return nominated.contains(f.name); });
    }
    return fields;
}

}  // namespace turngate::events

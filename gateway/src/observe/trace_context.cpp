// W3C Trace Context, and X-Ray's field.
#include "observe/trace_context.h"

#include <algorithm>

namespace turngate {
namespace {

bool is_lower_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), is_lower_hex);
}

bool is_id(std::string_view text) noexcept {
    return is_hex(text) && text.find_first_not_of('0') != text.npos;
}

// "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", and nothing that
// would need escaping.
bool is_xray(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("=;:-._").find(c) != std::string_view::npos;
    });
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) noexcept {
    constexpr std::size_t size = 55;  // 2 + 1 + 32 + 1 + 16 + 1 + 2
    if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
    const std::string_view version = text.substr(0, 2), trace = text.substr(3, 32),
                           parent = text.substr(36, 16), flags = text.substr(53, 2);
    if (!is_hex(version) || version == "ff" || !is_hex(flags)) return {};
    if (text.size() > size && (version == "00" || text[size] != '-')) return {};
    if (!is_id(trace) || !is_id(parent)) return {};
    const char last = flags[1];
    const int low = last <= '9' ? last - '0' : last - 'a' + 10;
    return TraceContext{.trace_id = std::string(trace),
                        .parent_id = std::string(parent),
                        .sampled = (low & 1) != 0};
}

std::optional<TraceContext> trace_of(const Headers& headers) {
    std::optional<TraceContext> found;
    std::string_view xray;
    int parents = 0;
    for (const auto& [name, value] : headers) {
        if (name.size() == 11 && iequals(name, "traceparent")) {
            found = ++parents == 1 ? parse_traceparent(value) : std::nullopt;
        } else if (name.size() == 15 && iequals(name, "x-amzn-trace-id")) {
            xray = value;
        }
    }
    if (is_xray(xray)) {
        if (!found) found.emplace();
        found->xray = xray;
    }
    return found;
}

std::string traceparent(std::string_view trace_id, std::string_view span_id, bool sampled) {
    std::string out = "00-";
    return out.append(trace_id).append("-").append(span_id).append(sampled ? "-01" : "-00");
}

}  // namespace turngate

// Which trace a request belongs to, as headers tell it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/headers.h>

namespace turngate {

// Attached to the context of a request that came with it, or that is traced here.
struct TraceContext {
    std::string trace_id = {};   // 32 hexadecimal digits; empty if only `xray` is known
    std::string parent_id = {};  // 16 of them: the span this request continues
    bool sampled = false;
    std::string xray = {};  // X-Amzn-Trace-Id as it came, if it is a plain one

    bool operator==(const TraceContext&) const = default;
};

// A traceparent field by W3C Trace Context, section 3.2; absent if it is invalid, and then a new
// trace begins. Of a version to come it reads what version 00 has.
std::optional<TraceContext> parse_traceparent(std::string_view text) noexcept;

// By traceparent, of which there must be one, and X-Amzn-Trace-Id; absent if neither says
// anything.
std::optional<TraceContext> trace_of(const Headers& headers);

// "00-<trace>-<span>-01"
std::string traceparent(std::string_view trace_id, std::string_view span_id, bool sampled);

}  // namespace turngate

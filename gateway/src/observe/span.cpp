// Spans as OTLP/HTTP JSON (opentelemetry-proto 1.x, "JSON Protobuf Encoding").
#include "observe/span.h"

#include <algorithm>
#include <array>
#include <sys/random.h>

#include "version.h"
#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

// 64-bit integers are strings, as protobuf's JSON has them.
std::string nanoseconds(std::chrono::system_clock::time_point time) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

void print_attribute(JsonWriter& json, std::string_view name, const Span::Value& value) {
    json.begin_object().key("key").string(name).key("value").begin_object();
    if (const auto* text = std::get_if<std::string>(&value))
        json.key("stringValue").string(*text);
    else
        json.key("intValue").string(std::to_string(std::get<std::int64_t>(value)));
    json.end_object().end_object();
}

void print(JsonWriter& json, const Span& span) {
    json.begin_object().key("traceId").string(span.trace_id).key("spanId").string(span.span_id);
    if (!span.parent_id.empty()) json.key("parentSpanId").string(span.parent_id);
    if (!span.trace_state.empty()) json.key("traceState").string(span.trace_state);
    json.key("flags").integer(1).key("name").string(span.name);
    json.key("kind").integer(static_cast<int>(span.kind));
    json.key("startTimeUnixNano").string(nanoseconds(span.start));
    json.key("endTimeUnixNano").string(nanoseconds(span.end));
    json.key("attributes").begin_array();
    for (const auto& [name, value] : span.attributes)
        print_attribute(json, name, value);
    json.end_array();
    if (span.is_error) json.key("status").begin_object().key("code").integer(2).end_object();
    json.end_object();
}

}  // namespace

std::string otlp_json(const Resource& resource, const std::vector<Span>& spans) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("resourceSpans").begin_array().begin_object();
    json.key("resource").begin_object().key("attributes").begin_array();
    for (const auto& [name, value] : resource)
        print_attribute(json, name, value);
    json.end_array().end_object();
    json.key("scopeSpans").begin_array().begin_object();
    json.key("scope").begin_object().key("name").string("turngate");
    json.key("version").string(build.version).end_object();
    json.key("spans").begin_array();
    for (const Span& span : spans)
        print(json, span);
    json.end_array().end_object().end_array().end_object().end_array().end_object();
    return out;
}

std::string random_hex(std::size_t bytes) {
    struct Pool {
        std::array<unsigned char, 240> bytes;
        std::size_t used = 240;
    };
    thread_local Pool pool;
    constexpr char hex[] = "0123456789abcdef";
    std::string out;
    do {
        out.clear();
        while (out.size() < 2 * bytes) {
            if (pool.used == pool.bytes.size()) {
                // Blocks only before the kernel has any entropy, early in boot.
                if (::getrandom(pool.bytes.data(), pool.bytes.size(), 0) < 0) continue;
                pool.used = 0;
            }
            const unsigned char byte = pool.bytes[pool.used++];
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    } while (out.find_first_not_of('0') == out.npos);
    return out;
}

}  // namespace turngate

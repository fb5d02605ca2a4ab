// One operation of a trace, as it is exported.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace turngate {

struct Span {
    enum class Kind { server = 2, client = 3 };  // numbers of OpenTelemetry's protocol
    using Value = std::variant<std::string, std::int64_t>;

    std::string trace_id;
    std::string span_id;
    std::string parent_id = {};    // empty: it begins the trace
    std::string trace_state = {};  // as it came
    Kind kind = Kind::server;
    std::string name;
    std::chrono::system_clock::time_point start;
    std::chrono::system_clock::time_point end;
    std::vector<std::pair<std::string_view, Value>> attributes = {};  // names are literals
    bool is_error = false;
};

using Resource = std::vector<std::pair<std::string, std::string>>;

// One ExportTraceServiceRequest in the JSON of OTLP/HTTP.
std::string otlp_json(const Resource& resource, const std::vector<Span>& spans);

// `bytes` random bytes as hexadecimal digits, not all zero.
std::string random_hex(std::size_t bytes);

}  // namespace turngate

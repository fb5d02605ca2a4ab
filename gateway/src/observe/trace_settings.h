// What OpenTelemetry's environment variables say about traces.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "observe/span.h"
#include "platform.h"
#include <turngate/http/headers.h>

namespace turngate {

struct Sampler {
    bool follows_parent = true;
    double ratio = 1;  // of traces that begin here

    bool samples(std::string_view trace_id) const noexcept;
};

struct TraceSettings {
    std::string url;   // "http://collector:4318", without a path
    std::string path;  // "/v1/traces"
    Headers headers;   // of every export
    Resource resource;
    Sampler sampler;
    std::size_t most_queued = 2048;
    std::size_t most_sent = 512;  // in one export
    std::chrono::milliseconds delay{5000};
    std::chrono::milliseconds timeout{10'000};  // of one export
};

// Absent unless an endpoint is set and nothing switches traces off. Throws Error that names the
// variable.
std::optional<TraceSettings> trace_settings(const ReadVariable& get);

}  // namespace turngate

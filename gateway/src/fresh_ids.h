// Identifiers that nobody has used before.
#pragma once

#include <chrono>
#include <string>

namespace turngate {

// "5f0c6a3e-1d2b-4c8f-9a7e-0b1c2d3e4f50": random (RFC 9562, version 4).
std::string fresh_uuid();

// "Root=1-6957342e-0a1b2c3d4e5f60718293a4b5", the trace of AWS X-Ray that begins at `time`.
std::string fresh_trace_id(std::chrono::system_clock::time_point time);

// "Root=1-...;Parent=53995c3f42cd8ad8;Sampled=0": what Lambda makes of a trace id for a function.
std::string traced(const std::string& trace_id);
// That of a trace that begins now.
std::string fresh_trace();

}  // namespace turngate

// What Impuls posts to /invoke.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <turngate/handlers/impuls.h>
#include <turngate/http/environment.h>

namespace turngate::impuls {

struct InvokeRequest {
    Invocation invocation = {.function_name = "anonymous", .handler = {}, .code = {}};
    std::string event = "{}";  // JSON, byte for byte
    Environment environment;
    std::vector<std::string> refused_variables = {};  // names that no request may set
    std::chrono::milliseconds timeout{30'000};        // of the handler; 24 hours at most
};

inline constexpr std::size_t most_variables = 1000;

// Reads {"handler", "code", "event", "env", "function_name", "memory_mb", "timeout_ms" or
// "timeout_sec"}. Members may be missing or null, which is their default, and others are passed
// over; the event may be null. A time that is too long is cut to 24 hours.
//
// Throws JsonError, which names the member and the byte, or the byte alone, for what is no JSON
// object in valid UTF-8, a member of another type or that comes twice, a time or a size that is not
// above 0, more than `most_variables`, and a variable that no environment can hold.
InvokeRequest read_invoke_request(std::string text);

}  // namespace turngate::impuls

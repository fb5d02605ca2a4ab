// What an extension finds by event/next.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/function_invocation.h"

namespace turngate::host {

// {eventType: INVOKE, ...} of an invocation that may last for `limit` from now.
std::string invoke_event(const FunctionInvocation& invocation, std::string_view arn,
                         std::chrono::steady_clock::duration limit);

// {eventType: SHUTDOWN, ...} that says why: "spindown", "timeout" or "failure".
std::string shutdown_event(std::string_view reason, std::chrono::steady_clock::duration limit);

// Milliseconds of the Unix epoch, `limit` from now.
std::int64_t deadline_ms(std::chrono::steady_clock::duration limit);

}  // namespace turngate::host

// _X_AMZN_TRACE_ID: where libraries of X-Ray look for the trace of the invocation at work.
#pragma once

#include <string_view>

namespace turngate {

// Sets the variable of this process; it has no value for an empty trace or one of more than 1 KiB.
// For one thread, and one invocation, at a time. Not by setenv(), which never gives back the memory
// of an earlier value.
void set_trace_variable(std::string_view trace) noexcept;

}  // namespace turngate

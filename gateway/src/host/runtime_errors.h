// The errors that the service itself reports in the place of a function's reply.
#pragma once

#include <string>
#include <string_view>

#include "host/function_invocation.h"

namespace turngate::host {

// {"errorType":"Runtime.ExitError","errorMessage":"..."}, in this order, as the service writes it.
std::string runtime_error(std::string_view type, std::string_view message);

// What such an object says, or one of the function's own, as "ValueError: boom"; its beginning if
// it is none.
std::string error_text(std::string_view payload);

// What becomes of an invocation that nobody will answer any more.
InvocationResult host_stopped();

// What the function's /error or the name of an error it gives is taken for: names that begin with
// "Runtime." or "Function." and a capital letter stand, others are "Runtime.Unknown" or
// "Function.Unknown".
std::string checked_error_type(std::string_view type);

}  // namespace turngate::host

// What Impuls is answered.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "impuls/invocation_logs.h"
#include "impuls/invocation_run.h"
#include <turngate/http/response.h>

namespace turngate::impuls {

// {"statusCode", "status_code", "body", "error", "stack", "duration_ms", "logs"}. The status has
// both names, for versions of the platform differ in it, and one that misses its own is lost. There
// are "error" and "stack" (the type of what was thrown, and what it said) for a failure alone, and
// "logs" if there are any.
std::string invoke_reply(const InvokeResult& result, std::chrono::milliseconds duration,
                         const InvocationLogs& logs, LogsForm form);

// The same in answer to a request that the door refuses.
Response refusal(int status, std::string_view why);

}  // namespace turngate::impuls

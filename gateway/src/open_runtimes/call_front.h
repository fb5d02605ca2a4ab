// What stands before a function of Appwrite or Open Runtimes: secrets, time limits, logs, and the
// form in which the executor wants its answers.
#pragma once

#include <functional>

#include "open_runtimes/call_reporter.h"
#include "open_runtimes/settings.h"
#include "stuck_threads.h"
#include <turngate/http/handler.h>

namespace turngate {

struct CallSurroundings {
    const OpenRuntimesSettings& settings;
    StuckThreads& stuck;
    CallReporter& calls;
    // After it has returned everything that the request has printed so far is in its log. What
    // `goes_on`, a handler or its tasks, may print more, which is nobody's.
    std::function<void(const Context&, bool goes_on)> complete_output;
};

// `handler` behind the checks of v3 to v5, which takes requests as they are. Requests have been
// through OpenRuntimesReader. What is in `surroundings` must outlive it.
HandlerPtr http_calls(HandlerPtr handler, CallSurroundings surroundings);

// The same for v0 to v2, where a request is a JSON text that holds what the handler is asked.
HandlerPtr json_calls(HandlerPtr handler, CallSurroundings surroundings);

// What v0 to v2 answer to who is refused before a handler is asked.
Response call_refusal(RuntimeGeneration generation, int status, std::string_view why);

// True if `given` is `secret`. Takes as long wherever they differ.
bool is_secret(std::string_view given, std::string_view secret) noexcept;

}  // namespace turngate

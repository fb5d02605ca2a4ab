// One event through a handler, as AWS Lambda would report it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "log_tail.h"
#include <turngate/events/answer.h>

namespace turngate {

// What one invocation came to. Deferred tasks run when it is destroyed: deliver the reply first.
struct InvocationRun {
    explicit InvocationRun(Reporter* reporter) : log(reporter) {}

    LogTail log;
    std::string reply;    // JSON: what the function returned, or {errorMessage, errorType}
    bool failed = false;  // Lambda calls that "Unhandled"
    std::optional<events::Answer> answer;  // last: it ends while the log is still there
};

// Serves `event` on behalf of `outer`, whose reporter, deadline and stop token it gets, under the
// id `request_id`. Fails where a function would: when the handler throws anything but a refusal
// (4xx), when no reply says that it refuses (an event that is no HTTP request, answered with 400
// or above), when the event has the members of a shape and not their types, and when the reply is
// too large for Lambda.
std::unique_ptr<InvocationRun> run_invocation(const Handler& handler, std::string_view event,
                                              const std::string& request_id, const Context& outer,
                                              const events::AnswerOptions& options);

}  // namespace turngate

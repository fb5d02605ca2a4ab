// What stands before a function on AWS: HTTP to events, and their replies back to HTTP.
#pragma once

#include "host/execution_log.h"
#include "host/lambda_function.h"
#include <turngate/events/format.h>
#include <turngate/http/handler.h>

namespace turngate::host {

struct LambdaFrontOptions {
    events::Format format = events::Format::function_url;
    // A function URL with InvokeMode RESPONSE_STREAM, or a REST API with responseTransferMode
    // STREAM: replies are passed on as they come. REQUIRES: events::can_stream(format).
    bool streams = false;
    // What the service would refuse or not wait for is a breach, and answered as it would.
    bool is_strict = false;
};

// A failure is answered as the service does, which does not say what it was: the log does. Where
// the context has FunctionFailureWanted it is thrown: UnstartedFunction, an Error for what the
// function says, how it ended or that it was late, ProtocolError for what is no reply. Both must
// outlive the handler.
HandlerPtr lambda_front(LambdaFunction& function, ExecutionLog& log,
                        const LambdaFrontOptions& options);

}  // namespace turngate::host

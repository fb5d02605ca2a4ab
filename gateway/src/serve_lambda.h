// An AWS Lambda function as a process.
#pragma once

#include <string>

#include "platform.h"
#include "run_as.h"
#include <turngate/doors/lambda.h>

namespace turngate {

// From the environment that `get` reads: Lambda's own variables, Lambda Web Adapter's (see
// adapter_options.h), TURNGATE_CONTEXT_HEADERS, TURNGATE_DEADLINE_MARGIN and
// TURNGATE_DRAIN_TIMEOUT. `target` names the handler: programs get headers of the context without
// being asked. Throws Error that names the variable, its value and what was expected.
LambdaOptions lambda_options(const ReadVariable& get, const std::string& target);

// `get` as it is in Lambda, unless a variable is set: AWS_LAMBDA_LOG_FORMAT and _LOG_LEVEL are what
// TURNGATE_LOG_FORMAT, TURNGATE_LOG_SCHEMA and LOG_LEVEL are elsewhere.
ReadVariable lambda_environment(const ReadVariable& get);

// Opens the handler, of several functions the one that _HANDLER names, and answers events until
// SIGTERM. What keeps it from starting is told to Lambda, and thrown. Returns the door's exit
// status. Takes AWS_LAMBDA_RUNTIME_API out of the environment: what we start is not to take events
// away from us. With JSON as log format, what handlers print becomes lines of it, under their
// request; otherwise it goes out line by line, for a sandbox that is frozen flushes nothing.
int serve_lambda(const OpenHandler& open, const std::string& target, const ReadVariable& get);

}  // namespace turngate

// lambda:PROGRAM, a function for AWS Lambda as a handler.
#pragma once

#include <functional>
#include <string_view>

#include "platform.h"
#include <turngate/http/context.h>
#include <turngate/http/handler.h>

namespace turngate::host {

// `place` is what stands behind "lambda:": a program, percent-encoded, and options as
// "?instances=4&timeout=1m&handler=NAME&arg=A&arg=B&as=SHAPE". The function gets events of the
// shape that a request has come in, or `as`, or function-url; what it prints goes to `log`. Its
// processes start with the first request, and end with the handler. Throws BadSetting for a wrong
// option, std::system_error for a program that cannot be executed.
HandlerPtr lambda_target(std::string_view place, const ReadVariable& get,
                         std::function<void(Level, std::string_view)> log);

}  // namespace turngate::host

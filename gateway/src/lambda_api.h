// AWS Lambda's Invoke operation, on the port of an HTTP door.
#pragma once

#include <turngate/events/answer.h>
#include <turngate/http/handler.h>

namespace turngate {

// Answers POST /2015-03-31/functions/NAME/invocations, whatever the NAME, with what `function`
// makes of the event in the body; every other path is for `next`.
//
// X-Amz-Invocation-Type is RequestResponse, Event (202 at once; the function runs behind the
// response, see Context::wait_until()) or DryRun (204). A function that fails is a 200 with
// X-Amz-Function-Error and {errorMessage, errorType}. X-Amz-Log-Type: Tail returns the end of its
// log. Errors and limits are those of the service.
HandlerPtr lambda_api(HandlerPtr function, HandlerPtr next, events::AnswerOptions options = {});

}  // namespace turngate

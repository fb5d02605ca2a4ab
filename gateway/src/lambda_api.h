// AWS Lambda's Invoke operations, on the port of an HTTP door.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "log_tail.h"
#include <turngate/events/answer.h>
#include <turngate/http/handler.h>

namespace turngate {

// One call of Invoke, checked.
struct InvokeCall {
    std::string event;  // JSON
    std::string id;     // of the request
    bool wants_log = false;
    std::string client_context = {};  // JSON; empty: none
    std::string tenant_id = {};       // empty: none
};

// What can be invoked. The response has its request id already.
class InvokedFunction {
  public:
    virtual ~InvokedFunction() = default;

    // Answers with the reply of the function.
    virtual void invoke(Request& request, ResponseWriter& response, InvokeCall call) const = 0;
    // Takes the event on, to be dealt with later; false if there are too many already. The answer
    // is the caller's.
    [[nodiscard]] virtual bool queue(Request& request, InvokeCall call) const = 0;

    // Answers with the reply as it comes, in messages of an event stream. Only if is_streaming().
    virtual void stream(Request& request, ResponseWriter& response, InvokeCall call) const;
    virtual bool is_streaming() const noexcept { return false; }

    // See Handler::may_migrate().
    virtual bool may_migrate() const noexcept { return false; }
};

// What Invoke answers with.
struct InvokeReply {
    std::string_view payload;
    bool has_failed = false;
    const LogTail* log = nullptr;  // null: not asked for
};
void write_invoke_reply(ResponseWriter& response, const InvokeReply& reply);

// What the service answers when it does not come to calling the function; the second when there are
// too many calls.
void refuse_invoke(ResponseWriter& response, int status, std::string_view type,
                   std::string_view message);
void refuse_as_throttled(ResponseWriter& response);

// Answers POST /2015-03-31/functions/NAME/invocations, whatever the NAME, with what `function`
// makes of the event in the body, and /2021-11-15/functions/NAME/response-streaming-invocations if
// it can stream; every other path is for `next`.
//
// X-Amz-Invocation-Type is RequestResponse, Event (202 at once) or DryRun (204). A function that
// fails is a 200 with X-Amz-Function-Error and {errorMessage, errorType}. X-Amz-Log-Type: Tail
// returns the end of its log. Errors and limits are those of the service.
HandlerPtr lambda_api(std::shared_ptr<const InvokedFunction> function, HandlerPtr next);

// The same for a handler: an Event runs behind the response, see Context::wait_until().
HandlerPtr lambda_api(HandlerPtr function, HandlerPtr next, events::AnswerOptions options = {});

}  // namespace turngate

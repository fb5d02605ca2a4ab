// AWS Lambda: events are asked for at the Runtime API, and answered there.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <turngate/doors/door.h>
#include <turngate/events/answer.h>

namespace turngate {

struct LambdaOptions {
    std::string runtime_api = {};  // HOST:PORT, what AWS_LAMBDA_RUNTIME_API says

    // How events become requests, and what counts as a failure. Every other event than an HTTP
    // request fails with a status from 400. `prepare` and `served` are the door's own.
    events::AnswerOptions answer = {};

    // Responses go out while they are made, where the source of an event takes that (see
    // events::can_stream()). The function must be set up for it: no event tells.
    bool streams = false;

    // Requests get the headers x-amzn-lambda-context, and x-amz-tenant-id if there is a tenant, as
    // Lambda Web Adapter has them: for programs, which see no Context.
    bool context_headers = false;

    // Events at work at once, each on a thread of its own: Managed Instances say how many
    // (AWS_LAMBDA_MAX_CONCURRENCY). With 1 the variable _X_AMZN_TRACE_ID is set for each.
    std::size_t concurrency = 1;

    // A handler's deadline is so much before Lambda's, or a quarter of the time if that is less:
    // what stops then is answered with 504 before Lambda ends the process.
    std::chrono::milliseconds margin{200};

    // After stop(), then what is at work is cancelled. Lambda kills 500 ms after SIGTERM.
    std::chrono::milliseconds drain_timeout{300};

    // Registers an internal extension, without which Lambda sends no SIGTERM.
    bool wants_sigterm = true;

    // SnapStart: when the handler is ready, the sandbox is copied. The handler gets a GET of each
    // path, if there is one, before that and in each copy; below 400 is well.
    bool snap_start = false;
    std::string before_checkpoint_path = {};
    std::string after_restore_path = {};

    Reporter* reporter = nullptr;  // not owned; may be null
};

class LambdaDoor : public Door {
  public:
    // Instead of serve(): tells Lambda that the function cannot start. `type` is
    // "Runtime." and a word. The process is to end with a status other than 0.
    virtual void fail_init(std::string_view type, std::string_view message) noexcept = 0;
};

// serve() returns 1 if the Runtime API cannot be reached any more or asks the process to end; a
// worker of several that fails leaves the others at work. Handlers find events::LambdaContext in
// the context. What a handler throws, except for a refusal (4xx), fails the invocation; a process
// that crashes says so for what is at work. Throws Error if `runtime_api` is no address.
std::unique_ptr<LambdaDoor> lambda_door(LambdaOptions options);

}  // namespace turngate

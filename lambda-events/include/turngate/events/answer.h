// One event through a handler: what every event door does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <turngate/events/decode.h>
#include <turngate/events/reply.h>
#include <turngate/http/error.h>
#include <turngate/http/handler.h>

namespace turngate::events {

// The invocation itself fails, with no reply: a non-HTTP event was answered with one of
// AnswerOptions::error_statuses. The platform retries the event, or reports it.
class InvocationError : public Error {
  public:
    InvocationError(int status, const std::string& message) : Error(message), status_(status) {}

    int status() const noexcept { return status_; }

  private:
    int status_;
};

// Statuses from `first` to `last`, both included.
struct StatusRange {
    int first;
    int last;
};

struct AnswerOptions {
    DecodeOptions decode = {};
    EncodeOptions encode = {};
    // SQS, Kinesis and DynamoDB records become one request each; the reply is
    // {"batchItemFailures": [...]} with those whose response was not 2xx.
    bool split_batches = false;
    // Statuses that fail the invocation, so that the platform retries it. Of HTTP events too.
    std::vector<StatusRange> error_statuses = {};
    // Warm-up pings are answered without the handler, as serverless-plugin-warmup and bref expect.
    bool answer_warmers = false;
};

// Serves one event: decode, call the handler in memory, encode. What the handler throws becomes the
// reply that serve() makes of it, in the event's own shape; so does a reply that is too large.
// Deferred tasks (wait_until) have run when it returns. Throws JsonError if the event cannot be
// decoded and InvocationError as the options say.
std::string answer(const Handler& handler, std::string_view json,
                   const AnswerOptions& options = {});

}  // namespace turngate::events

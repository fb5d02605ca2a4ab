// One event through a handler: what every event door does.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/events/decode.h>
#include <turngate/events/reply.h>
#include <turngate/http/error.h>
#include <turngate/http/serve.h>

namespace turngate::events {

// The invocation itself fails, with no reply: the response had one of
// AnswerOptions::error_statuses, or the result of a non-HTTP event is too large. The platform
// retries the event, or reports it. Of a response the message is {"statusCode":500,"body":"..."},
// as Lambda Web Adapter has it, with 64 KiB of the body at most.
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

bool is_among(int status, const std::vector<StatusRange>& ranges) noexcept;

// Of a response whose status is one of AnswerOptions::error_statuses.
InvocationError failed_invocation(const Response& response);

struct AnswerOptions {
    DecodeOptions decode = {};
    EncodeOptions encode = {};
    // SQS, Kinesis and DynamoDB records become one request each, in order: the message, the data or
    // the whole record is the body of a POST, its identifier in X-Amzn-Item-Identifier. The reply
    // is {"batchItemFailures": [...]} with those whose response was not 2xx. Of a FIFO queue the
    // messages behind a failed one are not served and fail with it, to keep their order.
    bool split_batches = false;
    // Statuses that fail the invocation, so that the platform retries it; of every shape.
    std::vector<StatusRange> error_statuses = {};
    // Warm-up pings are answered without the handler: {} to serverless-plugin-warmup,
    // ["Lambda is warm"] to {"warmer": true}, with an Answer::delay.
    bool answer_warmers = false;
    // Called with each request before the handler: for what the door knows, such as deadline, stop
    // token and reporter. What it throws passes through.
    std::function<void(Request&)> prepare = {};
    // Called with each request after the handler. What it throws passes through.
    std::function<void(const Request&, const Outcome&)> served = {};
};

// How long an instance stays busy with a ping of {"warmer": true}, as bref has it.
inline constexpr std::chrono::milliseconds warmer_delay{10};

// A reply whose requests have not ended yet. Deliver it, then settle.
class Answer {
  public:
    std::string reply;

    // A door whose instance takes one invocation at a time delivers the reply no sooner: while the
    // instance is busy, the other pings of the same moment wake other ones. A door that serves
    // several at once has nothing to gain and delivers it now.
    std::chrono::milliseconds delay{0};

    Answer() = default;
    Answer(Answer&&) = default;
    Answer& operator=(Answer&&) = delete;
    ~Answer() { settle(); }

    // Runs the deferred tasks of the requests and reports their end (see turngate::settle()). A
    // second call does nothing.
    void settle() noexcept;

    // Serves `request`, which lives until settle(). A response that broke off is a 500, one that is
    // too large to be kept a 413 that says what the source of `format` takes. Throws
    // InvocationError where there is no reply to carry it.
    Response serve(const Handler& handler, Request request, Format format,
                   const AnswerOptions& options = {});
    // What that 413 says; empty if there was none.
    const std::string& overflow() const noexcept { return overflow_; }

  private:
    struct Served {
        Request request;
        Outcome outcome;
    };
    std::string overflow_;
    std::vector<std::unique_ptr<Served>> served_;  // tasks may refer to their request
};

// Serves one event: decode, call the handler in memory, encode. What the handler throws becomes the
// reply that serve() makes of it, in the event's own shape; a reply that is too large for the
// source becomes a 413 that says so. Several payloads of a Vercel event are served in order.
// Throws what decode() throws, and InvocationError.
Answer answer_event(const Handler& handler, std::string_view json,
                    const AnswerOptions& options = {});

// The same of an event that has been decoded.
Answer answer_event(const Handler& handler, Event event, const AnswerOptions& options = {});

// True if answer_event() makes its reply of other than the one response to event.request: an event
// with several payloads, a batch that is split, a ping that is answered without the handler.
bool reply_is_assembled(const Event& event, const AnswerOptions& options);

// What the source would get to see in place of a response that it refuses: the 413 that names the
// limit. Absent for one that it takes. Throws
// InvocationError where there is no reply to carry it.
std::optional<Response> refusal(const Response& response, Format format,
                                const EncodeOptions& options = {});

// `options` with what the event of `request` says: CloudFront takes more from a function at the
// origin.
EncodeOptions encode_options(const Request& request, Format format, EncodeOptions options = {});

// answer_event() at once: deferred tasks have run when it returns, and no delay is waited for.
std::string answer(const Handler& handler, std::string_view json,
                   const AnswerOptions& options = {});
std::string answer(const Handler& handler, Event event, const AnswerOptions& options = {});

}  // namespace turngate::events

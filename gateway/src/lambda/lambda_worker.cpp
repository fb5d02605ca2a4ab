#include "lambda/lambda_worker.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "lambda/lambda_headers.h"
#include "lambda/trace_variable.h"
#include "replay/thrown.h"
#include <turngate/events/reply.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view late_text = "the function's time was over before it had answered";

FunctionError unhandled(const std::exception_ptr& error) {
    return {"Function.Unhandled", thrown_type(error), replay::message_of(error)};
}

// What a handler waited for may say better what was late.
std::string late_reason(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const HttpError& e) {
        return e.what();
    } catch (...) {
        return std::string(late_text);
    }
}

FunctionError late(const std::exception_ptr& error) {
    return {"Function.Timeout", "Function.Timeout", late_reason(error)};
}

FunctionError refused(int status, const std::string& message) {
    const char* const type = status == 413 ? "Function.ResponseSizeTooLarge" : "Function.Refused";
    return {type, type, message};
}

}  // namespace

LambdaWorker::LambdaWorker(const LambdaOptions& options, Timer& timer, std::stop_token stop,
                           std::stop_token cancel)
    : options_(options),
      timer_(timer),
      cancel_(std::move(cancel)),
      api_(options.runtime_api, std::move(stop)),
      http_(options.answer) {
    http_.prepare = [this](Request& request) { prepare(request); };
    http_.served = [this](const Request&, const Outcome& outcome) {
        if (!failure_ && replay::is_failure(outcome.error)) failure_ = outcome.error;
    };
    raw_ = http_;
    // There is no status in the result of an event that is no HTTP request.
    raw_.error_statuses.push_back({400, 599});
}

void LambdaWorker::run(const Handler& handler) {
    while (std::optional<LambdaInvocation> invocation = api_.next())
        answer(handler, std::move(*invocation));
}

void LambdaWorker::answer(const Handler& handler, LambdaInvocation invocation) {
    lambda_ = std::move(invocation.context);
    failure_ = nullptr;
    stop_ = std::stop_source();
    set_deadline();
    if (options_.concurrency == 1) set_trace_variable(lambda_.trace_id);
    crash_.begin(api_.fd(), api_.crash_head(lambda_.request_id));
    const std::stop_callback forward(cancel_, [this] { stop_.request_stop(); });
    const auto alarm =
        timer_.request_stop_at(deadline_.value_or(Context::Clock::now() + 24h), stop_);
    try {
        events::Event event = events::decode(invocation.event, options_.answer.decode);
        invocation.event = {};
        if (options_.streams && events::can_stream(event.format))
            answer_streamed(handler, std::move(event));
        else
            answer_buffered(handler, std::move(event));
    } catch (const RuntimeFailure& e) {
        if (options_.concurrency == 1) throw;
        deliver({false, e.what()});  // to ask for the next event tells whether it is past recovery
    } catch (const std::exception& e) {  // of decode(), as a rule: nothing was served
        crash_.end();
        const bool is_event = dynamic_cast<const Error*>(&e) != nullptr;
        const char* const type = is_event ? "Runtime.UnmarshalError" : "Runtime.InternalError";
        deliver(api_.fail(lambda_.request_id, {type, type, e.what()}));
    }
    crash_.end();
}

// Lambda's clock is ours: both are in one sandbox. Who says a time that is over says nothing: the
// Runtime API of @vercel/fun has 5000 for every event.
void LambdaWorker::set_deadline() {
    using namespace std::chrono;
    deadline_.reset();
    const auto left = lambda_.deadline - system_clock::now();
    if (left <= 0ms) return;
    deadline_ = Context::Clock::now() +
                (left - std::min<system_clock::duration>(options_.margin, left / 4));
}

void LambdaWorker::prepare(Request& request) {
    Context& context = request.context;
    context.request_id = lambda_.request_id;
    context.reporter = options_.reporter;
    context.deadline = deadline_;
    context.stop = stop_.get_token();
    context.put(lambda_);
    if (!lambda_.trace_id.empty()) request.headers.set("X-Amzn-Trace-Id", lambda_.trace_id);
    if (options_.context_headers) add_lambda_headers(request.headers, lambda_);
}

void LambdaWorker::answer_buffered(const Handler& handler, events::Event event) {
    const events::Format format = event.format;
    const bool is_raw = format == events::Format::raw;
    try {
        events::Answer answer =
            events::answer_event(handler, std::move(event), is_raw ? raw_ : http_);
        crash_.end();
        // Several pings of one moment wake several sandboxes only while this one is busy.
        if (answer.delay > 0ms && options_.concurrency == 1)
            std::this_thread::sleep_for(answer.delay);
        if (failure_ && !(is_late(failure_) && !is_raw))
            deliver(fail(failure_));
        else if (failure_)
            deliver(api_.respond(lambda_.request_id,
                                 events::encode(text(late_reason(failure_) + '\n', 504), format,
                                                options_.answer.encode)));
        else
            deliver(api_.respond(lambda_.request_id, answer.reply));
        ask_ahead();
    } catch (const events::InvocationError& e) {
        crash_.end();
        deliver(failure_ ? fail(failure_)
                         : api_.fail(lambda_.request_id, refused(e.status(), e.what())));
    }
}

Delivery LambdaWorker::fail(const std::exception_ptr& error) {
    return api_.fail(lambda_.request_id, is_late(error) ? late(error) : unhandled(error));
}

void LambdaWorker::answer_streamed(const Handler& handler, events::Event event) {
    Request request = std::move(event.request);
    prepare(request);
    StreamedReply reply(api_, lambda_.request_id, event.format, request.context, crash_,
                        options_.answer.error_statuses);
    ResponseWriter writer(reply, request.method);
    const Outcome outcome = turngate::serve(handler, request, writer);
    crash_.end();
    deliver(end_streamed(reply, outcome, event.format));
    ask_ahead();
    settle(request.context, outcome);
}

Delivery LambdaWorker::end_streamed(StreamedReply& reply, const Outcome& outcome,
                                    events::Format format) {
    if (reply.refusal()) return respond_streamed(text(*reply.refusal() + '\n', 413), format);
    if (!outcome.complete || (!reply.begun() && replay::is_failure(outcome.error)))
        return fail_streamed(reply, outcome, format);
    if (const std::optional<Response>& failed = reply.failed())
        return api_.fail(lambda_.request_id,
                         refused(failed->status, events::failed_invocation(*failed).what()));
    return reply.end(nullptr);
}

// Once a part has gone out, the rest of it says that it broke off.
Delivery LambdaWorker::fail_streamed(StreamedReply& reply, const Outcome& outcome,
                                     events::Format format) {
    const bool was_late = is_late(outcome.error);
    if (!reply.begun() && was_late)
        return respond_streamed(text(late_reason(outcome.error) + '\n', 504), format);
    const FunctionError error = was_late ? late(outcome.error) : unhandled(outcome.error);
    return reply.begun() ? reply.end(&error) : api_.fail(lambda_.request_id, error);
}

Delivery LambdaWorker::respond_streamed(const Response& response, events::Format format) {
    const std::string prelude = events::encode_prelude({response.status, response.headers}, format);
    return api_.respond_streamed(lambda_.request_id, prelude + response.body);
}

// What a handler throws when its time is over: it was stopped, or what it waited for was late.
bool LambdaWorker::is_late(const std::exception_ptr& error) const {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const Cancelled&) {
        return deadline_ && Context::Clock::now() >= *deadline_;
    } catch (const HttpError& e) {
        return e.status() == 504;
    } catch (...) {
        return false;
    }
}

void LambdaWorker::deliver(const Delivery& delivery) const {
    if (delivery.taken || !options_.reporter) return;
    Context context;
    context.request_id = lambda_.request_id;
    context.reporter = options_.reporter;
    context.log(Level::error, "Lambda did not take the answer: " + delivery.problem);
}

// Managed Instances turn an event away while nobody asks for one, and what a handler does behind
// its response may take long. Elsewhere the sandbox is frozen as soon as somebody asks.
void LambdaWorker::ask_ahead() noexcept {
    if (options_.concurrency == 1) return;
    try {
        api_.ask_next();
    } catch (const Error&) {  // next() tries again, and tells
    }
}

}  // namespace turngate

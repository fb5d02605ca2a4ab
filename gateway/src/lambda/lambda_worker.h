// One worker of the Lambda door: asks for an event, has it answered, and asks again.
#pragma once

#include <exception>
#include <optional>
#include <stop_token>
#include <string>

#include "lambda/crash_report.h"
#include "lambda/runtime_api.h"
#include "lambda/streamed_reply.h"
#include <turngate/doors/lambda.h>
#include <turngate/os/timer.h>

namespace turngate {

// For one thread.
class LambdaWorker {
  public:
    // `options` and `timer` must outlive this. `stop`: no more events; `cancel`: the handler is to
    // give up.
    LambdaWorker(const LambdaOptions& options, Timer& timer, std::stop_token stop,
                 std::stop_token cancel);
    LambdaWorker(const LambdaWorker&) = delete;
    LambdaWorker& operator=(const LambdaWorker&) = delete;

    // Until `stop` is requested. Throws RuntimeFailure.
    void run(const Handler& handler);

  private:
    void answer(const Handler& handler, LambdaInvocation invocation);
    void answer_buffered(const Handler& handler, events::Event event);
    void answer_streamed(const Handler& handler, events::Event event);
    Delivery end_streamed(StreamedReply& reply, const Outcome& outcome, events::Format format);
    Delivery fail_streamed(StreamedReply& reply, const Outcome& outcome, events::Format format);
    Delivery fail(const std::exception_ptr& error);
    Delivery respond_streamed(const Response& response, events::Format format);
    void prepare(Request& request);
    void set_deadline();
    bool is_late(const std::exception_ptr& error) const;
    void deliver(const Delivery& delivery) const;
    void ask_ahead() noexcept;

    const LambdaOptions& options_;
    Timer& timer_;
    const std::stop_token cancel_;
    RuntimeApi api_;
    CrashReport crash_;
    events::AnswerOptions http_;  // how events are answered that are HTTP requests
    events::AnswerOptions raw_;   // and others

    // Of the invocation at work.
    events::LambdaContext lambda_;
    std::stop_source stop_{std::nostopstate};
    std::optional<Context::Clock::time_point> deadline_;
    std::exception_ptr failure_;  // the first of a handler that is no refusal
};

}  // namespace turngate

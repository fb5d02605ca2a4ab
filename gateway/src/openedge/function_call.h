// One call on its way through the handler, which may have been left behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "openedge/call_time.h"
#include "openedge/message.h"
#include <turngate/http/handler.h>
#include <turngate/http/recorder.h>
#include <turngate/http/serve.h>

namespace turngate::openedge {

// Has all that the handler uses, but for the reporter of the call's context, which must outlive it.
class FunctionCall {
  public:
    // Of a response more than `most` bytes are not kept. Takes `message` apart.
    FunctionCall(HandlerPtr function, FunctionMessage& message, const Request& call,
                 const CallTime& time, std::size_t most);
    FunctionCall(const FunctionCall&) = delete;
    FunctionCall& operator=(const FunctionCall&) = delete;
    ~FunctionCall();  // as settle(), if nobody has called it: tasks find their context cancelled

    void serve() noexcept;

    // REQUIRES of all the rest: serve() has returned.
    const Outcome& outcome() const noexcept { return outcome_; }
    Context::Clock::time_point ended() const noexcept { return ended_; }
    // The handler has answered with more than is kept.
    bool is_too_large() const;
    // How much that was, if it was said.
    std::optional<std::uint64_t> declared_size() const;
    Response take_response() { return outcome_.complete ? recorder_.take() : Response(); }
    // As the handler has left it.
    const Message& about() const { return *request_.context.find<Message>(); }

    bool has_tasks() const noexcept { return request_.context.has_deferred(); }
    // Runs the tasks of wait_until() for as long as those of `call` may run: how long the caller
    // would have waited is nothing to them.
    void settle(const Context& call) noexcept;

  private:
    const HandlerPtr function_;
    Request request_;
    Recorder recorder_;
    Outcome outcome_;
    Context::Clock::time_point ended_;
    bool is_open_ = false;  // the reporter has been told of a beginning, and of no end
};

}  // namespace turngate::openedge

// What the caller has said of its patience.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

#include "stop_apart.h"
#include <turngate/http/context.h>
#include <turngate/os/timer.h>

namespace turngate::openedge {

// Lives as long as a call is waited for.
class CallTime {
  public:
    using Clock = Context::Clock;

    // `timeout` is the value of grpc-timeout, or empty; from the end of the head on where the
    // context of the call has a ClientDeadline. The deadline of `call` counts if it is sooner.
    // Throws GrpcError (internal) for a timeout that is none. Both must outlive this.
    CallTime(std::string_view timeout, const Context& call, Timer& timer);
    CallTime(const CallTime&) = delete;
    CallTime& operator=(const CallTime&) = delete;

    // Requested at the deadline, and when the call's own is.
    std::stop_token stop() const noexcept { return stop_.get_token(); }
    std::optional<Clock::time_point> deadline() const noexcept { return deadline_; }
    bool had_passed(Clock::time_point at) const noexcept { return deadline_ && at >= *deadline_; }

  private:
    struct PassOn {
        std::stop_source source;
        void operator()() { source.request_stop(); }
    };

    std::stop_source stop_;
    std::optional<Clock::time_point> deadline_;
    const std::stop_callback<PassOn> passed_on_;
    std::stop_source late_;
    std::optional<std::stop_callback<StopApart>> when_late_;
    std::unique_ptr<Timer::Alarm> alarm_;
};

}  // namespace turngate::openedge

// A handler within its time: the answer comes when that is over, whatever the handler does.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "stuck_threads.h"
#include <turngate/http/handler.h>
#include <turngate/os/timer.h>

namespace turngate {

// How a handler came out.
struct CallResult {
    enum class Kind { answered, failed, timed_out };

    Kind kind = Kind::answered;
    bool goes_on = false;    // timed_out: the handler has not returned
    Response response = {};  // answered
    int status = 500;        // failed: 4xx is the handler's answer to its client, 5xx a fault
    std::string message = {};
};

class Fence {
  public:
    // `stuck` must outlive this. What is cancelled has `notice` to end, then it counts as stuck.
    explicit Fence(StuckThreads& stuck, std::chrono::milliseconds notice = usual_notice)
        : stuck_(stuck), notice_(notice) {}

    using Deliver = std::function<void(CallResult&&)>;

    static constexpr std::chrono::milliseconds usual_notice{1'000};

    // Runs `handler` and calls `deliver` once: on this thread when it has returned or thrown, which
    // is logged, or else on another when `time` is over, or the request's deadline has come, if
    // that is sooner. From then on the handler is cancelled, what it answers is dropped, and this
    // thread counts as stuck if it does not return soon, until it does. Throws Cancelled if nobody
    // waits any more, and what `deliver` throws on this thread.
    void run(const Handler& handler, Request& request,
             std::optional<std::chrono::milliseconds> time, const Deliver& deliver) const;

  private:
    StuckThreads& stuck_;
    const std::chrono::milliseconds notice_;
    mutable Timer timer_;
};

}  // namespace turngate

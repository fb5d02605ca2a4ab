// Handlers that may never return, on threads that nobody has to wait for.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>

#include "stuck_threads.h"

namespace turngate {

// Thread-safe. Work that was left behind outlives this, and must own, or outlast, all it uses.
class FencedThreads {
  public:
    using Clock = StuckThreads::Clock;

    FencedThreads() = default;
    FencedThreads(const FencedThreads&) = delete;
    FencedThreads& operator=(const FencedThreads&) = delete;

    // Runs `work`, which must not throw, on a thread of its own. True once it has returned; false,
    // and it is left behind, if it has not at `until`, or `grace` after `stop` was requested.
    // Throws std::system_error if there is no thread to be had.
    bool run(std::function<void()> work, Clock::time_point until, std::stop_token stop,
             std::chrono::milliseconds grace);

    // How many were left behind and have not returned yet.
    std::size_t left_behind() const noexcept { return left_behind_->count(); }

  private:
    const std::shared_ptr<StuckThreads> left_behind_ = std::make_shared<StuckThreads>();
};

}  // namespace turngate

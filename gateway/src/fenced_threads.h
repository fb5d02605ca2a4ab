// Handlers that may never return, on threads that nobody has to wait for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "stuck_threads.h"

namespace turngate {

struct FenceLimits {
    // Pieces of work at once, with those that were left behind and have not returned.
    std::size_t most = SIZE_MAX;
    // Of those that were left behind, whose time is over.
    std::size_t most_late = SIZE_MAX;
    // Their time is over after this at the latest, from when they were left behind on.
    std::chrono::milliseconds longest = std::chrono::minutes(15);
    // There are as many late ones, or nothing but what was left behind. Called by run(), from any
    // thread, once or more often; what it throws is dropped.
    std::function<void()> exhausted = {};
};

// Thread-safe. Work that was left behind outlives this, and must own, or outlast, all it uses.
// Threads are used again, and kept for ten seconds without work.
class FencedThreads {
  public:
    using Clock = StuckThreads::Clock;
    enum class End { returned, left_behind, refused };

    explicit FencedThreads(FenceLimits limits = {});
    FencedThreads(const FencedThreads&) = delete;
    FencedThreads& operator=(const FencedThreads&) = delete;
    ~FencedThreads();

    // Runs `work`, which must not throw, on a thread that does nothing else, unless there is as
    // much already: then it is refused. It is left behind if it has not returned at `until`, for
    // ever if absent, or `grace` after `stop` was requested. Throws std::system_error if there is
    // no thread to be had, or std::bad_alloc; `work` has not begun then.
    End run(std::function<void()> work, std::optional<Clock::time_point> until,
            std::stop_token stop, std::chrono::milliseconds grace);

    // Those that were left behind and have not returned yet, and when the time of others is over.
    const StuckThreads& stuck() const noexcept;
    std::size_t left_behind() const noexcept { return stuck().count(); }

  private:
    class State;
    class Fence;
    struct Worker;

    static void work(const std::shared_ptr<State>& state, const std::shared_ptr<Worker>& self);

    const std::shared_ptr<State> state_;
};

}  // namespace turngate

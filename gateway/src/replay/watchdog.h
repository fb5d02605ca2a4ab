// Stops events that take too long, and all of them when the run is to end.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "replay/interrupt.h"
#include <turngate/os/fd.h>

namespace turngate::replay {

// One thread that asks handlers to stop. What a handler makes of it is its own business: one that
// runs in this process and never looks at its deadline cannot be ended from outside.
class Watchdog {
  public:
    using Clock = std::chrono::steady_clock;

    // One a worker. Its functions are for that worker.
    class Slot {
      public:
        // An event begins; the token is asked to stop at `deadline` or when the run is to end.
        std::stop_token begin(std::optional<Clock::time_point> deadline);
        void end();
        // Whether the event that has ended was asked to stop because the run is to end.
        bool interrupted();

      private:
        friend class Watchdog;
        std::mutex mutex_;
        std::optional<Clock::time_point> deadline_;
        std::optional<std::stop_source> source_;
        bool interrupted_ = false;
    };

    // `limit` is how long an event may take; zero: for ever. At `end` all are asked to stop, those
    // who wait for events are woken, and is_over() is true. `interrupt` must outlive it.
    Watchdog(std::chrono::nanoseconds limit, const Interrupt& interrupt,
             std::optional<Clock::time_point> end = {});
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    // Valid as long as the watchdog. From any thread.
    Slot& add_slot();

    // Whether `end` has come.
    bool is_over() const noexcept { return over_.load(std::memory_order_relaxed); }

  private:
    void watch();
    std::optional<Clock::time_point> stop_overdue(bool all);

    std::chrono::nanoseconds limit_;
    const Interrupt& interrupt_;
    std::optional<Clock::time_point> end_;
    std::atomic<bool> over_{false};
    std::mutex mutex_;
    std::deque<Slot> slots_;
    os::WakeUp done_;
    std::thread thread_;
};

}  // namespace turngate::replay

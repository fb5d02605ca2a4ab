// Holds each event back until it is due.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "replay/interrupt.h"
#include "replay/schedule.h"
#include "replay/source.h"

namespace turngate::replay {

// Sleeps exactly: timers of this thread come when they are due, not up to 50 µs later (the slack of
// timers, prctl(2)).
void wake_in_time() noexcept;

// Waits for that moment. False if `interrupt` has come first.
bool wait_until(std::chrono::steady_clock::time_point due, const Interrupt& interrupt) noexcept;

// Not for several threads at once.
class Pacer {
  public:
    using Clock = std::chrono::steady_clock;

    // Whether an item is an event that will be sent.
    using IsSent = std::function<bool(const Batch& batch, const Item& item)>;

    // REQUIRES: pace.is_set(). An event has at most `limit` bytes.
    Pacer(const Pace& pace, std::size_t limit, IsSent is_sent)
        : schedule_(pace),
          is_recorded_(pace.is_recorded()),
          limit_(limit),
          is_sent_(std::move(is_sent)) {}

    // When the one item of `batch` is due. The first event is due now. What is not sent is due at
    // once, and takes no place in the schedule; so does an event without the time that the pace
    // needs, which becomes a problem.
    Clock::time_point due(Batch& batch);

  private:
    std::optional<std::chrono::microseconds> time_of(const Batch& batch, const Item& item);

    Schedule schedule_;
    bool is_recorded_;
    std::size_t limit_;
    IsSent is_sent_;
    std::optional<Clock::time_point> begin_;
    std::string text_;  // of a file
};

}  // namespace turngate::replay

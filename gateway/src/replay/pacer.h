// Holds each event back until it is due.
#pragma once

#include <chrono>
#include <optional>
#include <string>

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

    // REQUIRES: pace.is_set(). With `all_are_events`, whatever is read is one, as with --as raw.
    Pacer(const Pace& pace, bool all_are_events)
        : schedule_(pace), is_recorded_(pace.is_recorded()), all_are_events_(all_are_events) {}

    // When the one item of `batch` is due. The first one is due now. An event without the time that
    // the pace needs becomes a problem, and is due at once, as is all that is no event.
    Clock::time_point due(Batch& batch);

  private:
    std::optional<std::chrono::microseconds> time_of(const Batch& batch, const Item& item);
    bool is_event(const Batch& batch, const Item& item) const;

    Schedule schedule_;
    bool is_recorded_;
    bool all_are_events_;
    std::optional<Clock::time_point> begin_;
    std::string text_;  // of a file
};

}  // namespace turngate::replay

// When the events of a run are due, whatever their answers do.
#pragma once

#include <chrono>
#include <cstdint>

namespace turngate::replay {

// How fast events are sent. At most one of the two is set; without, an event begins when the one
// before it has been answered.
struct Pace {
    double rate = 0;    // events a second; 0: no rate
    double factor = 0;  // of the time that lay between events when they were recorded; 0: not so

    bool is_set() const noexcept { return rate > 0 || factor > 0; }
    bool is_recorded() const noexcept { return factor > 0; }
};

// An open-loop schedule: the moments are known before the first event is sent.
class Schedule {
  public:
    // REQUIRES: pace.is_set()
    explicit Schedule(const Pace& pace) : pace_(pace) {}

    // When the next event is due, counted from the beginning of the run: never before the one that
    // was asked for last. `recorded`, since any epoch, counts for recorded gaps alone: an event
    // that was recorded before its predecessor follows at once.
    std::chrono::nanoseconds next(std::chrono::microseconds recorded = {}) noexcept;

  private:
    Pace pace_;
    std::uint64_t count_ = 0;
    std::chrono::nanoseconds due_{};
    std::chrono::microseconds last_{};
};

}  // namespace turngate::replay

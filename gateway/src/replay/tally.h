// How many events there are, counted beside a replay.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "replay/source.h"

namespace turngate::replay {

// How many events a Source of the same inputs yields; 0 if that cannot be told. Files with an event
// a line have to be read for it: unless `reads_lines`, one of them makes the number unknown.
std::uint64_t count_events(const std::vector<std::string>& inputs, const Selection& selection,
                           bool reads_lines, const std::stop_token& stop = {});

// Counts in a thread of its own, at leisure: a run that is faster than the count does not wait for
// it. Not for several threads at once, but for total().
class Tally {
  public:
    Tally(std::vector<std::string> inputs, Selection selection, bool reads_lines = true)
        : inputs_(std::move(inputs)), selection_(std::move(selection)), reads_lines_(reads_lines) {}

    // Begins to count. A second call does nothing, and none does if one of the inputs is a stream.
    void start();

    // 0 as long as it is not known.
    std::uint64_t total() const noexcept { return total_.load(std::memory_order_relaxed); }

  private:
    std::vector<std::string> inputs_;
    Selection selection_;
    bool reads_lines_;
    bool started_ = false;
    std::atomic<std::uint64_t> total_{0};
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace turngate::replay

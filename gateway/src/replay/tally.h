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

// Counts what a Source of the same inputs yields, in a thread of its own and without reading files
// but for those with an event a line. Not for several threads at once, but for total().
class Tally {
  public:
    Tally(std::vector<std::string> inputs, Selection selection)
        : inputs_(std::move(inputs)), selection_(std::move(selection)) {}

    // Begins to count. A second call does nothing, and none does if one of the inputs is a stream.
    void start();

    // 0 as long as it is not known.
    std::uint64_t total() const noexcept { return total_.load(std::memory_order_relaxed); }

  private:
    void count(const std::stop_token& stop);

    std::vector<std::string> inputs_;
    Selection selection_;
    bool started_ = false;
    std::atomic<std::uint64_t> total_{0};
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace turngate::replay

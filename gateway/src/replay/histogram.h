// Latencies in constant memory: how percentiles of any number of events are told.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace turngate::replay {

// A log-linear histogram: 1024 steps to each power of two, so that a value is told to three digits,
// from a nanosecond to more than an hour. About 270 KB, however many values it holds.
class Histogram {
  public:
    using Duration = std::chrono::nanoseconds;

    Histogram();

    void add(Duration value) noexcept;
    // As if all that `other` holds had been added here.
    void merge(const Histogram& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    Duration max() const noexcept { return Duration(max_); }

    // The smallest recorded value that at least `fraction` of all values do not exceed, to the
    // precision of the histogram; zero if there is none. REQUIRES: 0 <= fraction <= 1.
    Duration percentile(double fraction) const noexcept;

  private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
};

}  // namespace turngate::replay

// The threads that are held by handlers whose time is over.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace turngate {

// Thread-safe.
class StuckThreads {
  public:
    using Clock = std::chrono::steady_clock;

    // `grew` is told after each add() how many there are then.
    explicit StuckThreads(std::function<void(std::size_t count)> grew = {})
        : grew_(std::move(grew)) {}

    void add() {
        ++total_;
        const std::size_t count = ++count_;
        if (grew_) grew_(count);
    }
    void remove() noexcept { --count_; }

    std::size_t count() const noexcept { return count_; }
    std::uint64_t total() const noexcept { return total_; }  // of those that there have been

    // A handler begins whose time is over at `time`.
    void expect(Clock::time_point time) noexcept {
        auto last = last_.load(std::memory_order_relaxed);
        while (last < time && !last_.compare_exchange_weak(last, time)) {
        }
    }
    // When the time is over of all that have begun.
    Clock::time_point last_expected() const noexcept { return last_; }

  private:
    const std::function<void(std::size_t)> grew_;
    std::atomic<std::size_t> count_{0};
    std::atomic<std::uint64_t> total_{0};
    std::atomic<Clock::time_point> last_{Clock::time_point::min()};
};

}  // namespace turngate

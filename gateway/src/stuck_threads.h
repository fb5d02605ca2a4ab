// The threads that are held by handlers whose time is over, and when it will be over for others.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
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

    // As long as it lives somebody waits for a handler whose time is over at `time`.
    class Expected {
      public:
        // `threads` must outlive this.
        Expected(StuckThreads& threads, Clock::time_point time) : threads_(threads) {
            const std::lock_guard lock(threads_.mutex_);
            place_ = threads_.expected_.insert(time);
        }
        Expected(const Expected&) = delete;
        Expected& operator=(const Expected&) = delete;
        ~Expected() {
            const std::lock_guard lock(threads_.mutex_);
            threads_.expected_.erase(place_);
            threads_.ended_ = Clock::now();
        }

      private:
        StuckThreads& threads_;
        std::multiset<Clock::time_point>::iterator place_;
    };

    // When the time is over of all that are expected, or when the last one ended, if that is later.
    Clock::time_point last_expected() const {
        const std::lock_guard lock(mutex_);
        return expected_.empty() ? ended_ : std::max(ended_, *expected_.rbegin());
    }

  private:
    const std::function<void(std::size_t)> grew_;
    std::atomic<std::size_t> count_{0};
    std::atomic<std::uint64_t> total_{0};
    mutable std::mutex mutex_;  // of what follows
    std::multiset<Clock::time_point> expected_;
    Clock::time_point ended_ = Clock::time_point::min();
};

}  // namespace turngate

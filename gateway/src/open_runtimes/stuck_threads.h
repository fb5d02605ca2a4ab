// The threads that are held by handlers whose time is over.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace turngate {

// Thread-safe.
class StuckThreads {
  public:
    // `too_many` is called, once, when there are `limit` of them.
    StuckThreads(std::size_t limit, std::function<void()> too_many)
        : limit_(limit), too_many_(std::move(too_many)) {}

    void add() {
        ++total_;
        const std::size_t count = ++count_;
        if (count >= limit_ && !was_too_many_.exchange(true)) too_many_();
    }
    void remove() noexcept { --count_; }

    std::size_t count() const noexcept { return count_; }
    std::uint64_t total() const noexcept { return total_; }  // of those that there have been

  private:
    const std::size_t limit_;
    const std::function<void()> too_many_;
    std::atomic<std::size_t> count_{0};
    std::atomic<std::uint64_t> total_{0};
    std::atomic<bool> was_too_many_{false};
};

}  // namespace turngate

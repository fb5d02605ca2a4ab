// How many may do the same thing at once, and how many more may wait for that.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>

#include <turngate/http/context.h>

namespace turngate {

// Thread-safe.
class Places {
  public:
    enum class Taken { yes, late, crowded };

    Places(std::size_t places, std::size_t waiting) : free_(places), may_wait_(waiting) {}

    // Waits for a place, but not past `deadline` (late), and not at all where as many wait already
    // as may (crowded). Throws Cancelled.
    Taken take(const std::stop_token& stop, Context::Clock::time_point deadline);

    void give_back();

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t free_;
    std::size_t may_wait_;
};

}  // namespace turngate

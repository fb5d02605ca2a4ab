// How much several files may have together.
#pragma once

#include <atomic>
#include <cstdint>

namespace turngate {

// Thread-safe.
class SpoolRoom {
  public:
    explicit SpoolRoom(std::uint64_t bytes) : left_(bytes) {}

    // False if there is not so much left; nothing is taken then.
    bool take(std::uint64_t bytes) noexcept {
        std::uint64_t left = left_;
        while (left >= bytes)
            if (left_.compare_exchange_weak(left, left - bytes)) return true;
        return false;
    }

    void give_back(std::uint64_t bytes) noexcept { left_ += bytes; }

  private:
    std::atomic<std::uint64_t> left_;
};

}  // namespace turngate

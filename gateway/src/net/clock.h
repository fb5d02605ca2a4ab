// The clock of deadlines on connections: monotonic, cheap to read and good to a few milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace turngate::net {

// Milliseconds since some moment in the past.
using Ticks = std::int64_t;

// No deadline at all.
inline constexpr Ticks never = 0;

inline Ticks now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return Ticks{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000 + 1;  // never `never`
}

inline Ticks after(std::chrono::milliseconds time) noexcept {
    return now() + time.count();
}

// The same clock, read more exactly.
inline Ticks ticks(std::chrono::steady_clock::time_point time) noexcept {
    return std::chrono::ceil<std::chrono::milliseconds>(time.time_since_epoch()).count() + 1;
}

}  // namespace turngate::net

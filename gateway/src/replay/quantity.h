// Durations, rates and counts as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace turngate::replay {

// "412 ns", "1.8 µs", "3.9 ms", "12.0 s": a unit, and three digits at most before it. Without
// `unicode`, "us".
std::string duration_text(std::chrono::nanoseconds duration, bool unicode = true);

// "580/s", "0.5/s".
std::string rate_text(double per_second);

// "1 event", "2 events".
std::string count_text(std::uint64_t n, const char* what);

// A decimal with `digits` after the point.
std::string fixed(double value, int digits);

}  // namespace turngate::replay

// Durations and rates as people read them.
#pragma once

#include <chrono>
#include <string>

namespace turngate::replay {

// "412 ns", "1.8 µs", "3.9 ms", "12.0 s": a unit, and three digits at most before it. Without
// `unicode`, "us".
std::string duration_text(std::chrono::nanoseconds duration, bool unicode = true);

// "580/s", "0.5/s".
std::string rate_text(double per_second);

// A decimal with `digits` after the point.
std::string fixed(double value, int digits);

}  // namespace turngate::replay

// When the events of a run are due.
#include "replay/schedule.h"

#include <algorithm>

namespace turngate::replay {
namespace {

// What is later may as well never come, and a clock has an end.
constexpr double latest = 10.0 * 365 * 24 * 3600 * 1e9;

std::chrono::nanoseconds bounded(double nanoseconds) noexcept {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(nanoseconds, latest)));
}

}  // namespace

std::chrono::nanoseconds Schedule::next(std::chrono::microseconds recorded) noexcept {
    const std::uint64_t i = count_++;
    if (!pace_.is_recorded())  // of the whole run, so that what is cut off does not add up
        return bounded(static_cast<double>(i) * 1e9 / pace_.rate);
    if (i > 0 && recorded > last_) {
        const double gap = static_cast<double>((recorded - last_).count()) * 1e3 * pace_.factor;
        due_ = bounded(static_cast<double>(due_.count()) + gap);
    }
    last_ = recorded;
    return due_;
}

}  // namespace turngate::replay

// How far a replay is, on standard error.
#include "replay/progress.h"

#include <algorithm>
#include <string>
#include <utility>

#include "replay/quantity.h"

namespace turngate::replay {
namespace {

constexpr std::size_t bar_width = 15;

std::string bar(double fraction, bool unicode) {
    const double filled = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(bar_width);
    const auto whole = static_cast<std::size_t>(filled);
    std::string text = "[";
    for (std::size_t i = 0; i < bar_width; ++i) {
        if (i < whole)
            text += unicode ? "█" : "#";
        else if (i == whole && filled - static_cast<double>(whole) >= 0.5)
            text += unicode ? "▌" : "-";
        else
            text += ' ';
    }
    return text + ']';
}

}  // namespace

std::string Progress::line(const Summary& summary, std::chrono::nanoseconds elapsed) const {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    std::string text;
    if (total_ > 0)
        text = bar(static_cast<double>(summary.events) / static_cast<double>(total_),
                   err_.terminal().unicode) +
               ' ' + std::to_string(summary.events) + '/' + std::to_string(total_);
    else
        text = std::to_string(summary.events) + " events";
    text += "  " + rate_text(seconds > 0 ? static_cast<double>(summary.events) / seconds : 0);
    if (const std::uint64_t wrong = summary.failed + summary.unreadable; wrong > 0)
        text += "  " + std::to_string(wrong) + " failed";
    const auto minutes = static_cast<std::uint64_t>(seconds / 60);
    const std::string rest = fixed(seconds - static_cast<double>(minutes) * 60, 1);
    return text + "  " + std::to_string(minutes) + ':' + (rest.size() < 4 ? "0" : "") + rest;
}

void Progress::update(const Summary& summary, Clock::time_point now) {
    using namespace std::chrono_literals;
    const bool live = err_.terminal().is_terminal;
    if (now - last_ < (live ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10s)))
        return;
    last_ = now;
    const std::string text = line(summary, now - begin_);
    err_.write(live ? "\r\x1b[K" + text : text + '\n');
    shown_ = live;
}

void Progress::clear() {
    if (std::exchange(shown_, false)) err_.write("\r\x1b[K");
}

}  // namespace turngate::replay

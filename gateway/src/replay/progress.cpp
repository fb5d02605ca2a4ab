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

// What has been passed over counts towards the total, as the tally counts it.
std::uint64_t done_of(const Summary& summary) {
    return summary.events + summary.skipped + summary.unselected;
}

class Clearing final : public Report {
  public:
    Clearing(Progress& progress, int verbosity) : progress_(progress), verbosity_(verbosity) {}
    void event(const Result& result) override {
        if (is_told(result, verbosity_)) progress_.clear();
    }
    void end(const Summary&) override { progress_.clear(); }

  private:
    Progress& progress_;
    int verbosity_;
};

}  // namespace

std::string Progress::line(const Summary& summary, std::uint64_t total,
                           std::chrono::nanoseconds elapsed) const {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    const std::uint64_t done = done_of(summary);
    std::string text;
    if (total >= done && total > 0)
        text =
            bar(static_cast<double>(done) / static_cast<double>(total), err_.terminal().unicode) +
            ' ' + std::to_string(done) + '/' + std::to_string(total);
    else
        text = std::to_string(done) + " events";
    text += "  " + rate_text(seconds > 0 ? static_cast<double>(summary.events) / seconds : 0);
    if (const std::uint64_t wrong = summary.failed + summary.unreadable; wrong > 0)
        text += "  " + std::to_string(wrong) + " failed";
    const auto minutes = static_cast<std::uint64_t>(seconds / 60);
    const std::string rest = fixed(seconds - static_cast<double>(minutes) * 60, 1);
    return text + "  " + std::to_string(minutes) + ':' + (rest.size() < 4 ? "0" : "") + rest;
}

bool Progress::is_due(Clock::time_point now, std::uint64_t done, std::uint64_t total) const {
    using namespace std::chrono_literals;
    if (err_.terminal().is_terminal) return now - last_ >= 100ms;
    if (now - last_ >= 10s) return true;
    return now - begin_ >= 3s && done < total && done * 10 / total > tenths_;
}

void Progress::update(const Summary& summary, Clock::time_point now) {
    const std::uint64_t done = done_of(summary);
    const std::uint64_t total = total_();
    if (!is_due(now, done, total)) return;
    last_ = now;
    if (total > 0) tenths_ = done * 10 / total;
    const bool live = err_.terminal().is_terminal;
    const std::string text = line(summary, total, now - begin_);
    err_.write(live ? "\r\x1b[K" + text : text + '\n');
    shown_ = live;
}

void Progress::clear() {
    if (std::exchange(shown_, false)) err_.write("\r\x1b[K");
}

std::unique_ptr<Report> clearing(Progress& progress, int verbosity) {
    return std::make_unique<Clearing>(progress, verbosity);
}

}  // namespace turngate::replay

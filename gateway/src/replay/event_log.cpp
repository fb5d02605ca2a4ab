// What a handler says while it serves an event.
#include "replay/event_log.h"

#include <utility>

namespace turngate::replay {
namespace {

constexpr std::size_t longest = 2000;

std::string_view level_name(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
        case Level::fatal:
            break;
    }
    return "fatal";
}

}  // namespace

void EventLog::logged(const Context&, Level level, std::string_view message) {
    add(std::string(level_name(level)) + ": " + std::string(message.substr(0, longest)));
}

void EventLog::printed(const Context&, Stream stream, std::string_view text) {
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    if (text.empty()) return;
    add((stream == Stream::err ? "stderr: " : "stdout: ") + std::string(text.substr(0, longest)));
}

void EventLog::add(std::string line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() == most_lines) {
        lines_.erase(lines_.begin());
        ++dropped_;
    }
    lines_.push_back(std::move(line));
}

std::vector<std::string> EventLog::take() {
    const std::lock_guard lock(mutex_);
    if (lines_.empty()) return {};
    if (std::exchange(dropped_, 0) > 0) lines_.insert(lines_.begin(), "(earlier lines left out)");
    return std::exchange(lines_, {});
}

}  // namespace turngate::replay

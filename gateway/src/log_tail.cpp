#include "log_tail.h"

#include <algorithm>

namespace turngate {

void LogTail::add(std::string_view line) {
    const std::lock_guard lock(mutex_);
    text_ += line.substr(line.size() - std::min(line.size(), limit));
    if (!text_.ends_with('\n')) text_ += '\n';
    if (text_.size() > 2 * limit) text_.erase(0, text_.size() - limit);
}

std::string LogTail::text() const {
    const std::lock_guard lock(mutex_);
    std::string_view tail = text_;
    if (tail.size() <= limit) return text_;
    tail.remove_prefix(tail.size() - limit);
    while (!tail.empty() && (static_cast<unsigned char>(tail.front()) & 0xc0) == 0x80)
        tail.remove_prefix(1);
    return std::string(tail);
}

void LogTail::logged(const Context& context, Level level, std::string_view message) {
    if (level != Level::debug) add(message);
    if (next_) next_->logged(context, level, message);
}

void LogTail::printed(const Context& context, Stream stream, std::string_view text) {
    add(text);
    if (next_) next_->printed(context, stream, text);
}

void LogTail::fetched(const Context& context, const FetchMetric& metric) {
    if (next_) next_->fetched(context, metric);
}

}  // namespace turngate

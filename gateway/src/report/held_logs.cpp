// Both forms are kept, since it shows only later which one is wanted.
#include "report/held_logs.h"

#include <utility>

namespace turngate {

bool HeldLogs::keep(std::string_view frame, std::string_view text) {
    if (size_ + frame.size() - 1 > limit) return false;
    size_ += frame.size() - 1;
    frames_ += frame;
    text_ += as_lines(text);
    return true;
}

std::string HeldLogs::take_text() {
    frames_ = {};
    size_ = 0;
    return std::exchange(text_, {});
}

std::string as_lines(std::string_view text) {
    std::string lines(text);
    if (!lines.ends_with('\n')) lines += '\n';
    return lines;
}

}  // namespace turngate

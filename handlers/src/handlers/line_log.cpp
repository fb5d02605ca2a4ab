#include "line_log.h"

#include <algorithm>

namespace turngate {

void LineLog::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view line = bytes.substr(0, bytes.find('\n'));
        const std::size_t taken = std::min(line.size(), max_line - line_.size());
        line_ += line.substr(0, taken);
        const bool ends = taken == line.size() && taken < bytes.size();
        bytes.remove_prefix(taken + (ends ? 1 : 0));
        if (ends || line_.size() == max_line) finish();
    }
}

void LineLog::finish() {
    if (line_.ends_with('\r')) line_.pop_back();
    if (!line_.empty()) log_(line_);
    line_.clear();
}

}  // namespace turngate

#include "line_log.h"

#include <algorithm>

#include <turngate/http/utf8.h>

namespace turngate {

void LineLog::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view line = bytes.substr(0, bytes.find('\n'));
        const std::size_t taken = std::min(line.size(), max_line_ - line_.size());
        line_ += line.substr(0, taken);
        const bool ends = taken == line.size() && taken < bytes.size();
        bytes.remove_prefix(taken + (ends ? 1 : 0));
        if (ends)
            finish();
        else if (line_.size() == max_line_)
            cut();
    }
}

void LineLog::finish() {
    if (line_.ends_with('\r')) line_.pop_back();
    if (!line_.empty()) log_(line_);
    line_.clear();
}

// The character that its end cuts short is the next piece's.
void LineLog::cut() {
    const std::string rest = line_.substr(whole_utf8(line_));
    line_.resize(line_.size() - rest.size());
    log_(line_);
    line_ = rest;
}

}  // namespace turngate

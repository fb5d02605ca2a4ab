// A program's standard error.
#include "stderr_log.h"

#include <algorithm>

namespace turngate {

void StderrLog::feed(std::string_view bytes) {
    if (total_ >= limit_) return;
    bytes = bytes.substr(0, limit_ - total_);
    total_ += bytes.size();
    while (!bytes.empty()) {
        const std::string_view line = bytes.substr(0, bytes.find('\n'));
        const std::size_t taken = std::min(line.size(), max_line - line_.size());
        line_ += line.substr(0, taken);
        const bool ends = taken == line.size() && taken < bytes.size();
        bytes.remove_prefix(taken + (ends ? 1 : 0));
        if (ends || line_.size() == max_line) log_line();
    }
    if (total_ >= limit_) {
        finish();
        context_.log(Level::warn, "the program's further output to its standard error is left out");
    }
}

void StderrLog::finish() {
    log_line();
}

void StderrLog::log_line() {
    if (line_.ends_with('\r')) line_.pop_back();
    if (!line_.empty()) context_.log(Level::warn, line_);
    line_.clear();
}

}  // namespace turngate

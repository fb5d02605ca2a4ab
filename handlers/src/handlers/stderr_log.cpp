// A program's standard error.
#include "stderr_log.h"

namespace turngate {

void StderrLog::feed(std::string_view bytes) {
    if (total_ >= limit_) return;
    bytes = bytes.substr(0, limit_ - total_);
    total_ += bytes.size();
    lines_.feed(bytes);
    if (total_ >= limit_) {
        finish();
        context_.log(Level::warn, "the program's further output to its standard error is left out");
    }
}

}  // namespace turngate

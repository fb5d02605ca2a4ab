// A program's standard error.
#include "stderr_log.h"

#include <turngate/http/error_lines.h>
#include <turngate/http/utf8.h>

namespace turngate {

void StderrLog::tell(std::string_view line) {
    if (ErrorLines::told(context_.reporter, context_, line) || total_ >= limit_) return;
    if (line.size() > limit_ - total_) {
        line = line.substr(0, limit_ - total_);
        line = line.substr(0, whole_utf8(line));
        total_ = limit_;
    } else {
        total_ += line.size() + 1;  // its end
    }
    if (!line.empty()) context_.log(Level::warn, line);
    if (total_ >= limit_)
        context_.log(Level::warn, "the program's further output to its standard error is left out");
}

}  // namespace turngate

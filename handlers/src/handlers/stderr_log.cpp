// A program's standard error.
#include "stderr_log.h"

#include <turngate/http/error_lines.h>
#include <turngate/http/utf8.h>

namespace turngate {

void StderrLog::tell(std::string_view line) {
    if (ErrorLines::told(context_.reporter, context_, line)) return;
    pieces_.feed(line);
    pieces_.finish();
}

void StderrLog::log(std::string_view piece) {
    if (total_ >= limit_) return;
    if (piece.size() > limit_ - total_) {
        piece = piece.substr(0, limit_ - total_);
        piece = piece.substr(0, whole_utf8(piece));
        total_ = limit_;
    } else {
        total_ += piece.size() + 1;  // its end
    }
    if (!piece.empty()) context_.log(Level::warn, piece);
    if (total_ >= limit_)
        context_.log(Level::warn, "the program's further output to its standard error is left out");
}

}  // namespace turngate

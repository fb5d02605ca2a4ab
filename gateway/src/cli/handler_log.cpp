// What a handler says while it works.
#include "cli/handler_log.h"

#include <utility>

namespace turngate::cli {
namespace {

Level least(int verbosity) {
    if (verbosity > 1) return Level::debug;
    return verbosity == 1 ? Level::info : Level::warn;
}

}  // namespace

HandlerLog::HandlerLog(Invocation& invocation)
    : err_(invocation.err), least_(least(invocation.verbosity)) {}

void HandlerLog::logged(const Context&, Level level, std::string_view message) {
    constexpr std::string_view names[] = {"debug", "info", "warning", "error", "fatal"};
    if (level < least_) return;
    say_last();
    last_ = message;
    last_line_ = names[static_cast<std::size_t>(level)];
    last_line_.append(": ").append(message) += '\n';
    if (level < Level::error) say_last();
}

void HandlerLog::printed(const Context&, Stream, std::string_view text) {
    err_.write(text);
}

void HandlerLog::say_last() {
    err_.write(std::exchange(last_line_, {}));
}

void HandlerLog::forget_last(std::string_view message) {
    if (last_ == message) last_line_.clear();
}

}  // namespace turngate::cli

#include "open_runtimes/call_reporter.h"

#include <utility>

#include "report/line_level.h"

namespace turngate {
namespace {

Stream stream_of(Level level) {
    return level >= Level::warn ? Stream::err : Stream::out;
}

}  // namespace

void CallReporter::attach(const Context& context, std::shared_ptr<CallLog> log) {
    const std::lock_guard lock(mutex_);
    logs_.insert_or_assign(&context, std::move(log));
}

std::shared_ptr<CallLog> CallReporter::log_of(const Context& context) const {
    const std::lock_guard lock(mutex_);
    const auto found = logs_.find(&context);
    return found == logs_.end() ? nullptr : found->second;
}

void CallReporter::logged(const Context& context, Level level, std::string_view message) {
    if (level < level_) return;
    const auto log = log_of(context);
    if (!log || !log->log(stream_of(level), message)) otherwise_.logged(context, level, message);
}

void CallReporter::printed(const Context& context, Stream stream, std::string_view text) {
    const auto log = log_of(context);
    if (!log || !log->print(stream, text)) otherwise_.printed(context, stream, text);
}

bool CallReporter::complained(const Context& context, std::string_view line) {
    const auto log = log_of(context);
    return log && log->log(stream_of(level_of_line(line).value_or(Level::warn)), line);
}

void CallReporter::ended(const Context& context, const Outcome&) {
    const std::lock_guard lock(mutex_);
    logs_.erase(&context);
}

}  // namespace turngate

#include "open_runtimes/call_reporter.h"

namespace turngate {

void CallReporter::logged(const Context& context, Level level, std::string_view message) {
    if (level < level_) return;
    const auto* call = context.find<LoggedCall>();
    const Stream stream = level >= Level::warn ? Stream::err : Stream::out;
    if (!call || !call->log->log(stream, message)) otherwise_.logged(context, level, message);
}

void CallReporter::printed(const Context& context, Stream stream, std::string_view text) {
    const auto* call = context.find<LoggedCall>();
    if (!call || !call->log->print(stream, text)) otherwise_.printed(context, stream, text);
}

}  // namespace turngate

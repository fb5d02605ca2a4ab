// The access log.
#include "observe/access_log.h"

#include <string>

namespace turngate {

void AccessLog::began(Request& request) noexcept try {
    if (!is_warm_.load(std::memory_order_relaxed) && !is_warm_.exchange(true))
        request.context.put(ColdStart());
} catch (...) {  // no memory: the line will say less
}

void AccessLog::refused(int status) noexcept try {
    if (!log_.takes(Level::info)) return;
    LogLine line(log_.form(), Level::info, "refused", Context());
    line.number("status", static_cast<std::uint64_t>(status));
    log_.write(line);
} catch (...) {
}

void AccessLog::ended(const Request& request, const Outcome& outcome,
                      std::chrono::steady_clock::duration elapsed) noexcept try {
    if (!log_.takes(Level::info)) return;
    const Context& context = request.context;
    const LogForm& form = log_.form();
    LogLine line(form, Level::info, outcome.complete ? "request" : "request broken off", context);
    const EventShape* shape = context.find<EventShape>();
    line.detail("shape", shape ? shape->name : "http");
    line.text("method", request.method);
    std::string path = request.url.script_name;
    // What a mount has taken off is a part of what was asked for.
    if (!request.url.bare_script_name) path += request.url.path;
    if (options_.query && !request.url.query.empty()) path.append("?").append(request.url.query);
    line.text("path", path);
    line.number("status", static_cast<std::uint64_t>(outcome.status));
    line.number("bytes", outcome.bytes, "bytes").milliseconds("ms", elapsed);
    const bool is_cold = context.find<ColdStart>() != nullptr;
    line.flag("cold", is_cold);
    if (form.powertools) line.flag("cold_start", is_cold);
    log_.write(line);
} catch (...) {  // a line less
}

}  // namespace turngate

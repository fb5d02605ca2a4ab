// What a handler tells the platform. A reporter that fails must never fail the request.
#include <algorithm>
#include <stdexcept>

#include <turngate/http/context.h>

namespace turngate {

std::optional<std::chrono::milliseconds> Context::remaining() const noexcept {
    if (!deadline) return std::nullopt;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - Clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

void Context::log(Level level, std::string_view message) const noexcept {
    try {
        if (reporter) reporter->logged(*this, level, message);
    } catch (...) {  // there is nobody left to tell
    }
}

void Context::print(Stream stream, std::string_view text) const noexcept {
    try {
        if (reporter && !text.empty()) reporter->printed(*this, stream, text);
    } catch (...) {
    }
}

void Context::report(const FetchMetric& metric) const noexcept {
    try {
        if (reporter) reporter->fetched(*this, metric);
    } catch (...) {
    }
}

void Context::wait_until(Task task) {
    if (!task) throw std::invalid_argument("wait_until() needs a task that can be called");
    deferred_.push_back(std::move(task));
}

}  // namespace turngate

#include "exchange_rules.h"

#include <algorithm>
#include <cerrno>

#include "upstream_fields.h"
#include <turngate/http/field_list.h>

namespace turngate {
namespace {

using Clock = Context::Clock;

constexpr std::chrono::hours for_ever{24 * 365};

}  // namespace

bool is_idempotent(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
           method == "DELETE";
}

Clock::time_point answer_by(const Context& context, Clock::time_point now,
                            std::chrono::milliseconds margin) {
    if (!context.deadline) return now + for_ever;
    const auto left = *context.deadline - now;
    return *context.deadline - std::clamp<Clock::duration>(left / 10, Clock::duration(0), margin);
}

Clock::time_point sooner(Clock::time_point latest, Clock::time_point now,
                         std::chrono::milliseconds limit) {
    if (limit.count() <= 0) return latest;
    return std::min(latest, now + std::min<std::chrono::milliseconds>(limit, for_ever));
}

bool is_event_stream(const Headers& headers) {
    std::string_view type = headers.get("content-type");
    return iequals(take_element(type, ';'), "text/event-stream");
}

bool is_streamed(const Headers& headers) {
    return is_event_stream(headers) || iequals(headers.get("x-accel-buffering"), "no");
}

void remove_server_fields(Headers& headers, const Context& context, const std::string& who,
                          bool keeps_orders) {
    constexpr std::string_view accelerator = "x-accel-";
    headers.remove_if([&](const Headers::Field& field) {
        const std::string_view name = field.name;
        const bool is_order = iequals(name, "x-sendfile") || iequals(name, "x-accel-redirect");
        if (is_order && !keeps_orders)
            context.log(Level::warn, who + ": " + std::string(name) + " is not followed");
        if (is_order) return !keeps_orders;
        return is_internal(name) || iequals(name.substr(0, accelerator.size()), accelerator);
    });
}

bool is_gone(const std::system_error& error) noexcept {
    return error.code().value() == EPIPE || error.code().value() == ECONNRESET;
}

}  // namespace turngate

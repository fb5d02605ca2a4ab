#include "host/extension_events.h"

#include <turngate/json/json_writer.h>

namespace turngate::host {

std::int64_t deadline_ms(std::chrono::steady_clock::duration limit) {
    using std::chrono::milliseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return (std::chrono::duration_cast<milliseconds>(now) +
            std::chrono::duration_cast<milliseconds>(limit))
        .count();
}

std::string invoke_event(const FunctionInvocation& invocation, std::string_view arn,
                         std::chrono::steady_clock::duration limit) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("eventType").string("INVOKE");
    json.key("deadlineMs").integer(deadline_ms(limit));
    json.key("requestId").string(invocation.input.id);
    json.key("invokedFunctionArn").string(arn);
    json.key("tracing").begin_object().key("type").string("X-Amzn-Trace-Id");
    json.key("value").string(invocation.input.trace_id).end_object().end_object();
    return out;
}

std::string shutdown_event(std::string_view reason, std::chrono::steady_clock::duration limit) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("eventType").string("SHUTDOWN");
    json.key("deadlineMs").integer(deadline_ms(limit));
    json.key("shutdownReason").string(reason).end_object();
    return out;
}

}  // namespace turngate::host

#include "host/hosted_function.h"

#include <string>
#include <utility>

#include "fresh_ids.h"
#include "host/event_stream.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_writer.h>

namespace turngate::host {
namespace {

InvocationInput input_of(const Request& request, InvokeCall call, bool takes_stream) {
    const std::string_view trace = request.headers.get("X-Amzn-Trace-Id");
    return {.id = std::move(call.id),
            .event = std::move(call.event),
            .trace_id = trace.empty() ? fresh_trace() : std::string(trace),
            .client_context = std::move(call.client_context),
            .tenant_id = std::move(call.tenant_id),
            .takes_stream = takes_stream};
}

}  // namespace

void HostedFunction::invoke(Request& request, ResponseWriter& response, InvokeCall call) const {
    const bool wants_log = call.wants_log;
    LambdaFunction::Call running(function_, input_of(request, std::move(call), false),
                                 &request.context);
    if (running.is_throttled()) return refuse_as_throttled(response);
    running.wait(FunctionInvocation::Clock::time_point::max());
    const FunctionInvocation& invocation = running.invocation();
    write_invoke_reply(response, {.payload = invocation.result().payload,
                                  .has_failed = !invocation.result().error_type.empty(),
                                  .log = wants_log ? &invocation.log : nullptr});
}

bool HostedFunction::queue(Request&, InvokeCall call) const {
    return queue_.push(std::move(call));
}

void HostedFunction::stream(Request& request, ResponseWriter& response, InvokeCall call) const {
    const bool wants_log = call.wants_log;
    LambdaFunction::Call running(function_, input_of(request, std::move(call), true),
                                 &request.context);
    if (running.is_throttled()) return refuse_as_throttled(response);
    running.wait(FunctionInvocation::Clock::time_point::max());
    response.header("Content-Type", "application/vnd.amazon.eventstream");
    response.header("X-Amz-Executed-Version", "$LATEST");
    const auto send = [&](std::string_view type, std::string_view media, std::string_view bytes) {
        std::string message;
        append_event_message(message, type, media, bytes);
        response.write(message);
        response.flush();
    };
    const FunctionInvocation& invocation = running.invocation();
    while (const auto piece = running.next_piece())
        send("PayloadChunk", "application/octet-stream", *piece);
    const InvocationResult& result = invocation.result();
    const bool has_failed = !result.error_type.empty();
    if (!has_failed && !result.payload.empty())
        send("PayloadChunk", "application/octet-stream", result.payload);
    std::string end;
    JsonWriter json(end);
    json.begin_object();
    if (has_failed) {
        json.key("ErrorCode").string(result.error_type);
        json.key("ErrorDetails").string(result.payload);
    }
    if (wants_log) json.key("LogResult").string(base64_encode(invocation.log.text()));
    json.end_object();
    send("InvokeComplete", "application/json", end);
}

}  // namespace turngate::host

// Invocations of Impuls, and the replies to them: what is read can be run, no variable is one that
// no request may set, and what is answered can be read again.
// covers: gateway/src/impuls/invoke_request.cpp gateway/src/host/impuls_reply.cpp
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "host/impuls_reply.h"
#include "impuls/invoke_reply.h"
#include "impuls/invoke_request.h"
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::impuls;

namespace {

void read_as_reply(const std::string& text) {
    try {
        host::read_impuls_reply(text);
    } catch (const Error&) {
    }
}

void check(const InvokeRequest& call) {
    using namespace std::chrono_literals;
    if (call.timeout < 1ms || call.timeout > 24h || call.invocation.memory_mb == 0) std::abort();
    if (call.invocation.function_name.empty() || !is_json(call.event)) std::abort();
    for (const auto& [name, value] : call.environment)
        if (name.empty() || is_reserved_variable(name) || name.find('=') != name.npos ||
            (name + value).find('\0') != name.npos)
            std::abort();
    InvocationLogs logs;
    logs.print(Stream::out, call.invocation.code);
    const std::string reply = invoke_reply({.body = call.event, .error = call.invocation.handler},
                                           1ms, logs, LogsForm::lists);
    try {
        if (host::read_impuls_reply(reply).error != call.invocation.handler) std::abort();
    } catch (const JsonError&) {  // a number of the event is beyond double
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    read_as_reply(text);
    try {
        check(read_invoke_request(text));
    } catch (const JsonError&) {
    }
    return 0;
}

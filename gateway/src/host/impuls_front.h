// What stands before a function on Impuls: its API, and HTTP as events.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "host/invocation_lines.h"
#include <turngate/events/format.h>
#include <turngate/http/handler.h>

namespace turngate::host {

struct ImpulsFrontOptions {
    std::string name = "function";
    std::string handler = "index.handler";
    std::string code = {};
    std::vector<std::pair<std::string, std::string>> environment = {};
    std::uint64_t memory_mb = 128;
    std::chrono::milliseconds timeout{30'000};
    events::Format format = events::Format::function_url;  // of requests that are events
};

// POST /api/v1/functions/NAME/invoke takes an event, and answers with the result as the platform's
// API does: its status and body, or {"error": true, "message": ...}. Any other request is an event
// of `format`, whose reply is in the result. Each is posted to /invoke of `program`; `lines` are
// told of it, and must outlive the handler.
HandlerPtr impuls_front(HandlerPtr program, InvocationLines& lines, ImpulsFrontOptions options);

}  // namespace turngate::host

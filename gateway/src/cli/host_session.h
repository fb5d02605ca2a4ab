// What the commands that are a platform have in common: a door, lines of what happens, the end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cli/invocation.h"
#include "host/ledger.h"
#include <turngate/doors/http.h>
#include <turngate/http/handler.h>

namespace turngate::cli {

// Where the command listens. Throws CommandError.
std::unique_ptr<HttpDoor> host_door(const Invocation& invocation, HttpOptions defaults = {});

// Prints what happens, a line each; with -q breaches alone. Calls come one at a time.
std::function<void(const host::Line& line)> line_printer(Invocation& invocation);

// Serves until a signal, and says first where. `more` is told behind that, as lines of its own.
int serve_hosted(Invocation& invocation, HttpDoor& door, HandlerPtr handler,
                 const std::function<std::string(const std::string& url)>& more = {});

struct Hosted {
    std::string done;  // "20 requests"
    std::uint64_t breaches = 0;
    int status = 0;  // of the door
};

// Says what there was, and how the command ends.
int hosted_status(Invocation& invocation, const Hosted& hosted);

}  // namespace turngate::cli

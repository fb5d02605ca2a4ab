// What a deployed program does: one platform, found by its environment, until it is stopped.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "open_target.h"
#include "platform.h"
#include <turngate/http/handler.h>

namespace turngate {

// Makes the handler that is served, whose back end may tell how it is.
using OpenHandler = std::function<HandlerPtr(BackendChanged changed)>;

// Serves what `open` makes as the platform `as` wants it, or the one that the environment shows
// when `as` is empty or "auto"; a door that listens does so before, and calls `open` again for
// SIGHUP. Returns an exit status: 0 when it was stopped, 1 when it could not start or an answer
// broke off, 2 when the environment or `as` is wrong. It then has said so on standard error, in one
// sentence. `target` names the handler; `get` reads the environment; `targets` opens what a
// configuration of OpenEdge names. Throws cli::CommandError as `open` does.
int run_as(std::string_view as, const OpenHandler& open, const std::string& target,
           const ReadVariable& get, OpenTarget targets);

}  // namespace turngate

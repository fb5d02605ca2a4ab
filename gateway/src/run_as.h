// What a deployed program does: one platform, found by its environment, until it is stopped.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>

#include "observe/readiness.h"
#include "platform.h"
#include <turngate/http/functions.h>
#include <turngate/http/handler.h>

namespace turngate {

// Makes the handler that is served, whose back end may tell how it is.
using OpenHandler = std::function<HandlerPtr(BackendChanged changed)>;

// Serves what `open` makes as the platform `as` wants it, or the one that the environment shows
// when `as` is empty or "auto"; a door that listens does so before, and calls `open` again for
// SIGHUP. Returns an exit status: 0 when it was stopped, 1 when it could not start or an answer
// broke off, 2 when the environment or `as` is wrong. It then has said so on standard error, in one
// sentence. `target` names the handler; `get` reads the environment. Throws cli::CommandError as
// `open` does.
int run_as(std::string_view as, const OpenHandler& open, const std::string& target,
           const ReadVariable& get);

// With what exit status a process ends that could not start because of `e`.
int status_of(const std::exception& e) noexcept;

// One handler for all of `functions`, chosen by the first segment of the path, which is stripped
// like a prefix: "/orders/7" is "/7" for "orders". 404 for another name. A single function is
// returned as it is. Throws std::invalid_argument if there is none.
HandlerPtr by_path(Functions functions);

// The function of `handler` that is called `name`, as by_name() finds it; null if there is none.
HandlerPtr find_by_name(const HandlerPtr& handler, const std::string& name);

// The function of `handler` that is called `name`, where by_path() has made it of several;
// otherwise `handler` itself, which has all there is. Throws Error if there is none of that name.
HandlerPtr by_name(HandlerPtr handler, const std::string& name);

}  // namespace turngate

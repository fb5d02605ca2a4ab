// An OpenEdge or Baetyl function as a process.
#pragma once

#include <string>

#include "openedge/settings.h"
#include "platform.h"
#include "run_as.h"
#include <turngate/doors/openedge.h>

namespace turngate {

// What `settings` say, and TURNGATE_OPENEDGE_MAX_REPLY, TURNGATE_OPENEDGE_ERRORS and the limits of
// http_options(); where to listen is the platform's to say. Throws Error that names the variable,
// its value and what was expected.
OpenEdgeOptions openedge_options(const openedge::Settings& settings, const ReadVariable& get);

// `get` as it is on OpenEdge, unless a variable is set: no access log, and the level and form of
// the log that the configuration has.
ReadVariable openedge_environment(const openedge::Settings& settings, const ReadVariable& get);

// Listens before anything else, then opens the functions, and serves until SIGTERM; calls that have
// begun have server.timeout to end, and the process ends whatever they do. If too many handlers do
// not end in their time it runs this program anew in this process. `open` makes the handlers that
// are linked into this program; empty if there are none. Returns the door's exit status. Throws as
// openedge::settings() and openedge::open_functions() do.
int serve_openedge(const OpenHandler& open, const ReadVariable& get, OpenTarget targets);

// True if the program was started as OpenEdge starts one: with "-c" alone.
bool is_openedge_start(int argc, char** argv);

// `get` with the argument behind "-c".
ReadVariable with_openedge_argument(int argc, char** argv, ReadVariable get);

}  // namespace turngate

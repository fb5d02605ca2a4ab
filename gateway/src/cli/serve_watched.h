// serve --watch: this process holds the sockets, and a child of it serves.
#pragma once

#include <string>
#include <vector>

#include "cli/invocation.h"
#include <turngate/doors/http.h>

namespace turngate::cli {

// The command line that makes a child do what this invocation would, without the option `without`:
// flags of the command and of the log, -q, -v, --color and the operands. What the environment says
// is inherited.
std::vector<std::string> own_command_line(const Invocation& invocation, std::string_view without);

// Set in the environment of the servers: "first", or "again" for one that need not say where it
// listens.
inline constexpr const char* watched_variable = "TURNGATE_WATCHED";

// Runs children until a signal; see watch::run_watched_server(). Returns the exit status. Throws
// CommandError, and what listening throws.
int serve_watched(Invocation& invocation, const HttpOptions& http,
                  std::vector<std::string> patterns);

}  // namespace turngate::cli

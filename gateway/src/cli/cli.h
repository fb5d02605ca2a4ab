// The command line of the `turngate` program and of every program linked with turngate.
#pragma once

#include <turngate/http/handler.h>

namespace turngate::cli {

// True if the arguments of a linked program are a command line for run(), as in
// "./hello replay events/". They are not under a web server, whose CGI interface passes words of
// the query string as arguments (RFC 3875, section 4.4), nor when a Lambda image's CMD or
// OpenEdge's "-c" put them there.
bool is_command_line(int argc, char** argv);

// True if the arguments name a command that runs until it is stopped.
bool listens(int argc, char** argv);

// Runs the command that the arguments name and returns the exit status. `self` is the handler
// linked into this program; null if there is none. Ignores SIGPIPE.
int run(int argc, char** argv, HandlerPtr self);

}  // namespace turngate::cli

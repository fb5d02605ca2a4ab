// One run of one command: all that its run() function gets.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/option.h"
#include "cli/output.h"
#include <turngate/http/handler.h>

namespace turngate::cli {

// Answers go to `out`, everything else to `err`; both are flushed when the command returns.
struct Invocation {
    const Command& command;
    const Arguments& arguments;
    Output& out;
    Output& err;
    const Environment& environment;
    std::string program;  // as the user called it: "turngate", "./hello"
    HandlerPtr self;      // the handler linked into this program; may be null
    int verbosity = 0;    // -1 with -q, 1 with -v, 2 with -vv
};

}  // namespace turngate::cli

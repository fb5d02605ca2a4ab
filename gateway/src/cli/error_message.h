// How an error is shown: "error: ..." and "hint: ...".
#pragma once

#include "cli/exit_status.h"
#include "cli/output.h"

namespace turngate::cli {

// Returns the status of `error`.
int show(Output& err, const CommandError& error);

}  // namespace turngate::cli

// Which configuration files there are.
#pragma once

#include "cli/arguments.h"
#include "cli/configuration.h"
#include "cli/environment.h"

namespace turngate::cli {

// What the user's file says, $XDG_CONFIG_HOME/turngate/config.toml, and stronger, that of the
// project: FILE of --config, or turngate.toml or turngate.jsonc of the directory (that of -C, or
// the current one) or the nearest above it; each with the profile of -x. Throws CommandError with
// status usage, also for a file of somebody else, who would say what is run here.
Configuration load_configuration(const Arguments& globals, const Environment& environment);

}  // namespace turngate::cli

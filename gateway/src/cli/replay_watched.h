// replay --watch: each run is a process of its own.
#pragma once

#include "cli/invocation.h"

namespace turngate::cli {

// Replays as the invocation says, and again whenever events, expected replies or the files of the
// target change, until a signal. Returns the exit status. Throws CommandError for what cannot be
// watched.
int replay_watched(Invocation& invocation);

}  // namespace turngate::cli

// What the first process of a system has to do beside its work.
#pragma once

namespace turngate {

// Does nothing unless this is process 1. There it goes on in a child, so that all else is as it is
// for other processes, and process 1 itself reaps whatever is left to it, passes signals on
// (but for those of a terminal, which sends them to both) and
// ends, without running anything, as the child does: with its status, or with 128 and the signal.
//
// Call it before there are other threads, which a child would not have: with several it says on
// standard error that orphans will not be reaped, and does nothing. Throws std::system_error if
// there is no child to be had.
void leave_process_one();

}  // namespace turngate

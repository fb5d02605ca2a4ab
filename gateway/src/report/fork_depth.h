// Telling a process from its copies.
#pragma once

namespace turngate {

// How many fork()s have made this process, from the first call on in one of its ancestors or here.
// In a copy nobody may wait for a lock of before, which a thread may hold that was not copied, nor
// write to a socket that its original goes on with.
unsigned fork_depth() noexcept;

}  // namespace turngate

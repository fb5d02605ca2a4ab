// The last words of a process that crashes while its output is captured.
#pragma once

#include <mutex>
#include <string_view>

namespace turngate {

// A pipe that our output goes to, and where it would have gone.
struct Diverted {
    int pipe = -1;
    int original = -1;
};

// From now on a fatal signal, where nobody else handles it, copies what is in the pipes to where it
// belongs before it ends the process: "free(): invalid pointer" is worth nothing in a pipe that
// nobody reads any more. -1: no pipe.
void drain_at_crash(Diverted out, Diverted err);

// Called before that, in the handler of the signal, until the next call. Other threads go on.
void call_at_crash(void (*call)() noexcept) noexcept;

// For such a call. Waits for a descriptor that is full, but not for long; false where that is in
// vain.
bool write_at_crash(int to, std::string_view text) noexcept;

// For such a call. False where who crashed has the mutex, so that it never becomes free.
bool lock_at_crash(std::mutex& mutex) noexcept;

}  // namespace turngate

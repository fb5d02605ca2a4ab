// The last words of a process that crashes while its output is captured.
#pragma once

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

// What goes to the descriptor `to` before that, until the next call. `text` must stay where it is.
void print_at_crash(std::string_view text, int to);

}  // namespace turngate

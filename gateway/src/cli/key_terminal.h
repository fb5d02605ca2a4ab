// A terminal that gives each key as it is pressed.
#pragma once

#include <string>

#include "cli/key_sequence.h"
#include <turngate/os/fd.h>

namespace turngate::cli {

// While it lives, standard input gives keys without waiting for a line and without showing them.
// The terminal is as it was before when this object is gone, while the process is stopped (SIGTSTP)
// and when a signal ends it: SIGINT and SIGTERM are told by next(), SIGHUP and SIGQUIT end the
// process. One at a time; not for several threads.
class KeyTerminal {
  public:
    // Throws std::system_error if standard input is no terminal.
    KeyTerminal();
    ~KeyTerminal();
    KeyTerminal(const KeyTerminal&) = delete;
    KeyTerminal& operator=(const KeyTerminal&) = delete;

    enum class Told {
        key,      // a character
        resumed,  // the process was stopped and goes on: what was on the screen may be gone
        ended,    // there is no terminal any more, or nobody types there: Ctrl-D
        signal,   // SIGINT or SIGTERM: see signal()
    };
    // Waits. Keys that send several bytes, such as arrows, and what a terminal answers a program
    // are none: their letters mean nothing.
    Told next(char& key);

    // What next() told of.
    static int signal() noexcept;

    // Runs `command` by /bin/sh with the terminal as it was before, and waits for its end. SIGINT
    // and SIGQUIT are for it alone meanwhile. Returns its wait status. Throws std::system_error.
    int run(const std::string& command);

  private:
    os::WakeUp told_;
    KeySequence sequence_;
};

}  // namespace turngate::cli

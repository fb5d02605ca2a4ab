// One run of a program that serves HTTP.
#pragma once

#include <optional>
#include <string>

#include "program_guard.h"
#include <turngate/handlers/spawned_upstream.h>
#include <turngate/os/socket.h>
#include <turngate/os/subprocess.h>

namespace turngate {

// Its group, and nothing of it, outlives this object, or this process.
class RunningProgram {
  public:
    // Throws Error, or std::system_error, if it cannot be started or its port is taken.
    explicit RunningProgram(const SpawnOptions& options);
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;
    ~RunningProgram();  // kills the group

    const os::Address& address() const noexcept { return address_; }

    // Readable once the shell has ended, which is the end of the program.
    int exit_fd() const noexcept { return child_.exit_fd(); }

    // REQUIRES: exit_fd() is readable.
    os::ExitStatus exit_status() { return *child_.wait(); }

    // SIGTERM to the group, and waits until all of it has ended, for `grace` at most.
    void stop(std::chrono::milliseconds grace);

  private:
    os::Address address_;
    ProgramGuard guard_;
    os::Subprocess child_;
};

}  // namespace turngate

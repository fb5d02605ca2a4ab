// Kills what we have started when we are killed.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <turngate/os/subprocess.h>

namespace turngate {

// PR_SET_PDEATHSIG is of a group's leader alone, so the guard, a process that waits for our end of
// a pipe to close, kills the rest. Not thread-safe.
class ProgramGuard {
  public:
    // A `directory` is removed, with the sockets in it, when the guard's work is done. Throws
    // std::system_error.
    explicit ProgramGuard(std::string directory = {});
    ProgramGuard(const ProgramGuard&) = delete;
    ProgramGuard& operator=(const ProgramGuard&) = delete;
    ~ProgramGuard();  // kills the groups it still has

    // Has `group` killed when this process ends. Throws std::system_error.
    void add(pid_t group);

    // REQUIRES: the group's leader is not reaped yet, so that its number is no other group's.
    void remove(pid_t group) noexcept;

  private:
    void start();
    void end() noexcept;

    const std::string directory_;
    std::vector<pid_t> groups_;
    std::optional<os::Subprocess> guard_;  // none: it was killed
};

}  // namespace turngate

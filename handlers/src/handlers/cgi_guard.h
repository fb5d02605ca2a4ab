// Kills what CGI programs have started when we are killed.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <sys/types.h>

#include "program_guard.h"

namespace turngate {

// One for all programs of this process, which starts with the first of them. Thread-safe.
class CgiGuard {
  public:
    static std::shared_ptr<CgiGuard> instance();

    // False where there is no guard to be had, for want of a shell for example.
    bool add(pid_t group);

    // See ProgramGuard. REQUIRES: add() has said yes.
    void remove(pid_t group) noexcept;

  private:
    std::mutex mutex_;
    std::optional<ProgramGuard> guard_;
    bool has_no_shell_ = false;
};

}  // namespace turngate

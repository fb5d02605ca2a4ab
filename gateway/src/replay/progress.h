// How far a replay is, on standard error.
#pragma once

#include <chrono>
#include <cstdint>

#include "cli/output.h"
#include "replay/result.h"

namespace turngate::replay {

// On a terminal one line, at most ten times a second, which is cleared before anything else is
// written; elsewhere a line every ten seconds, so that a log shows that something happens.
class Progress {
  public:
    using Clock = std::chrono::steady_clock;

    // `total` is the number of events, 0 if it is not known. `err` must outlive it.
    Progress(cli::Output& err, std::uint64_t total) : err_(err), total_(total) {}

    void update(const Summary& summary, Clock::time_point now = Clock::now());
    void clear();

  private:
    std::string line(const Summary& summary, std::chrono::nanoseconds elapsed) const;

    cli::Output& err_;
    std::uint64_t total_;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point last_ = begin_;
    bool shown_ = false;
};

}  // namespace turngate::replay

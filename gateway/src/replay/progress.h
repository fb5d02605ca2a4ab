// How far a replay is, on standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "cli/output.h"
#include "replay/report.h"
#include "replay/result.h"

namespace turngate::replay {

// On a terminal one line, at most ten times a second, which is cleared before anything else is
// written. Elsewhere, so that a log shows that something happens, a line for every tenth of the
// events if their number is known, and at least every ten seconds; none for a run that is over
// within three.
class Progress {
  public:
    using Clock = std::chrono::steady_clock;

    // `total` tells the number of events, 0 as long as it is not known. `err` must outlive it.
    Progress(cli::Output& err, std::function<std::uint64_t()> total,
             Clock::time_point begin = Clock::now())
        : err_(err), total_(std::move(total)), begin_(begin), last_(begin) {}

    void update(const Summary& summary, Clock::time_point now = Clock::now());
    void clear();

  private:
    bool is_due(Clock::time_point now, std::uint64_t done, std::uint64_t total) const;
    std::string line(const Summary& summary, std::uint64_t total,
                     std::chrono::nanoseconds elapsed) const;

    cli::Output& err_;
    std::function<std::uint64_t()> total_;
    Clock::time_point begin_;
    Clock::time_point last_;
    std::uint64_t tenths_ = 0;  // that have been told
    bool shown_ = false;
};

// Clears the progress line before a text_report() of that verbosity prints.
std::unique_ptr<Report> clearing(Progress& progress, int verbosity);

}  // namespace turngate::replay

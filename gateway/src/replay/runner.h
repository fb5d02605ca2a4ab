// Replays events with several workers, and tells the results in order.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "replay/interrupt.h"
#include "replay/judge.h"
#include "replay/report.h"
#include "replay/schedule.h"
#include "replay/source.h"

namespace turngate::replay {

struct RunOptions {
    unsigned jobs = 1;            // workers; 0: as many as there are cores
    std::uint64_t fail_fast = 0;  // gives up after so many failures; 0: never
    // With a pace, an event begins when it is due, if need be beside others that are not answered
    // yet: `jobs` is then how many may be at work at once, and workers are there as they are
    // needed.
    Pace pace = {};
    std::uint64_t limit = 0;                   // replays so many events at most; 0: all
    std::optional<std::uint64_t> seed = {};    // that has made the order, for the summary
    unsigned retries = 0;                      // more attempts for an event that has failed
    std::chrono::nanoseconds time_limit = {};  // of the whole run; zero: none
    // Called now and then between results, for a progress line.
    std::function<void(const Summary&)> progress = {};
};

// Runs all of `items`. Results reach the reports in the order of the events, whoever was faster;
// what a run holds does not grow with their number. Ends early at `interrupt`, at fail_fast and at
// the time limit; the reports are ended in any case. Rethrows what a report throws.
Summary run(Items& items, const JudgeOptions& judge, const RunOptions& options,
            const std::vector<Report*>& reports, const Interrupt& interrupt);

}  // namespace turngate::replay

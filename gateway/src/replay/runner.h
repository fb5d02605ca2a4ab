// Replays events with several workers, and tells the results in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "replay/interrupt.h"
#include "replay/judge.h"
#include "replay/report.h"
#include "replay/source.h"

namespace turngate::replay {

struct RunOptions {
    unsigned jobs = 1;            // workers; 0: as many as there are cores
    std::uint64_t fail_fast = 0;  // gives up after so many failures; 0: never
    // Called now and then between results, for a progress line.
    std::function<void(const Summary&)> progress = {};
};

// Runs all of `source`. Results reach the reports in the order of the events, whoever was faster;
// what a run holds does not grow with their number. Ends early at `interrupt` and at fail_fast; the
// reports are ended in any case. Rethrows what a report throws.
Summary run(Source& source, const JudgeOptions& judge, const RunOptions& options,
            const std::vector<Report*>& reports, const Interrupt& interrupt);

}  // namespace turngate::replay

// What was measured, for people and for programs.
#pragma once

#include <string>

#include "bench/measure.h"
#include "cli/terminal.h"

namespace turngate::bench {

// A table, whose last line is the summary. `concurrency` is what was asked for.
std::string bench_text(const Measured& measured, unsigned concurrency,
                       const cli::Terminal& terminal);

// One JSON object in a line; times in milliseconds, but "seconds" and of the CPU.
std::string bench_json(const Measured& measured, unsigned concurrency);

}  // namespace turngate::bench

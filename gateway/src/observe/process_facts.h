// What the kernel knows about this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "observe/metrics_page.h"

namespace turngate {

struct ProcessFacts {
    double cpu_seconds = 0;
    std::optional<std::uint64_t> resident_bytes;
    std::optional<std::uint64_t> virtual_bytes;
    std::optional<std::uint64_t> open_fds;
    std::optional<std::uint64_t> max_fds;  // absent also for no limit
    std::optional<double> start_time;      // seconds since 1970
};

ProcessFacts process_facts();

// Since this process was started; in steps of 10 ms. Zero where /proc does not tell.
std::chrono::milliseconds process_age();

// The families that every Prometheus client library has: process_cpu_seconds_total and so on.
void print_process(MetricsPage& page);

}  // namespace turngate

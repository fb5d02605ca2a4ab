// What processes have of memory and of children, from /proc.
#pragma once

#include <cstddef>
#include <sys/types.h>
#include <vector>

namespace turngate::host {

// Bytes of `process` and of all that it has started, as they are resident now, with what several of
// them share once; 0 if it has gone.
std::size_t resident_memory(pid_t process) noexcept;

// All that `process` has started and that is there still, at whatever depth: also what has left its
// group, but not what has outlived its parent.
std::vector<pid_t> descendants(pid_t process);

// Bytes that `process` itself had at most; 0 if it has gone.
std::size_t peak_memory(pid_t process) noexcept;

}  // namespace turngate::host

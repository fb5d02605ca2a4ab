// What processes have of memory, from /proc.
#pragma once

#include <cstddef>
#include <sys/types.h>

namespace turngate::host {

// Bytes of `process` and of all that it has started, as they are resident now; 0 if it has gone.
std::size_t resident_memory(pid_t process) noexcept;

// Bytes that `process` itself had at most; 0 if it has gone.
std::size_t peak_memory(pid_t process) noexcept;

}  // namespace turngate::host

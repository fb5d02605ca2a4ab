// How many descriptors this process may have.
#pragma once

#include <cstddef>

namespace turngate::os {

// Raises the soft limit (RLIMIT_NOFILE) to `wanted`, or as far as it may; never lowers it. Returns
// what it is then. Child processes get the limit back that this process was started with, for
// select() fails past 1024.
std::size_t raise_descriptor_limit(std::size_t wanted);

// The soft limit that this process was started with; 0 if it has not been raised.
std::size_t original_descriptor_limit() noexcept;

}  // namespace turngate::os

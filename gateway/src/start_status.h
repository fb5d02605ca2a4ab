// Why a process could not start, as a number.
#pragma once

#include <exception>

namespace turngate {

// With what exit status a process ends that could not start because of `e`: 2 if
// it is told to do what cannot be, that of the command line for one of its errors, else 1.
int status_of(const std::exception& e) noexcept;

}  // namespace turngate

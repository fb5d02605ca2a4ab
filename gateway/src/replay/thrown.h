// What a handler threw.
#pragma once

#include <exception>
#include <string>

namespace turngate::replay {

// What it says of itself.
std::string message_of(const std::exception_ptr& error);

// A refusal (4xx) is an answer; anything else that a handler throws is its failure. False for null.
bool is_failure(const std::exception_ptr& error);

// Whether it is Cancelled: nobody waits any more, or the time is over. False for null.
bool is_cancelled(const std::exception_ptr& error);

// Whether no connection could be made to a server, or a function did not start. False for null.
bool is_unreachable(const std::exception_ptr& error);

}  // namespace turngate::replay

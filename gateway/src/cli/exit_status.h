// What the program's exit status says, and the exception that carries one.
#pragma once

#include <string>
#include <utility>

#include <turngate/http/error.h>

namespace turngate::cli {

namespace exit_status {
constexpr int good = 0;
constexpr int wrong_answer = 1;  // it ran, but an answer is wrong
constexpr int usage = 2;         // usage or configuration error
constexpr int unreadable = 3;    // an event or reply file cannot be read or recognised
constexpr int no_target = 4;     // the target could not be started or reached
constexpr int nothing_to_do = 5;
constexpr int time_limit = 124;
constexpr int closed_pipe = 141;  // 128 + SIGPIPE, as of a program that the signal ended
}  // namespace exit_status

// Ends the command with `status`. what() names the thing that failed and the rule it broke;
// hint() says how to fix it and may be empty.
class CommandError : public Error {
  public:
    CommandError(int status, const std::string& message, std::string hint = {})
        : Error(message), status_(status), hint_(std::move(hint)) {}

    int status() const noexcept { return status_; }
    const std::string& hint() const noexcept { return hint_; }

  private:
    int status_;
    std::string hint_;
};

}  // namespace turngate::cli

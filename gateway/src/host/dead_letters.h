// Events that were invoked asynchronously and could not be delivered, in a file.
#pragma once

#include <string>
#include <string_view>

#include "host/function_invocation.h"
#include "lambda_api.h"
#include <turngate/os/fd.h>

namespace turngate::host {

struct DeadLetter {
    const InvokeCall& call;
    std::string_view arn;
    std::string_view condition;  // "RetriesExhausted", "HostStopped"
    unsigned attempts = 0;
    const InvocationResult* result = nullptr;  // of the last one; null: there was none
};

// One line of JSON, in the form of an invocation record as the service sends it to an on-failure
// destination (AWS, "Capturing records of Lambda asynchronous invocations").
std::string dead_letter_text(const DeadLetter& letter);

// Appends to a file, which is made with mode 0600. For one thread at a time.
class DeadLetters {
  public:
    // Empty: there is no file. Throws std::system_error that names it.
    explicit DeadLetters(const std::string& path);

    // False where there is no file. Throws std::system_error if it cannot be written.
    bool add(const DeadLetter& letter) const;

  private:
    os::Fd file_;
};

}  // namespace turngate::host

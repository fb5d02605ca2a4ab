// What AWS Lambda writes to a function's log, and what the function prints there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "host/function_invocation.h"
#include "host/ledger.h"

namespace turngate::host {

// Lines of an invocation have its number, and are in its FunctionInvocation::log as well.
// Thread-safe; lines are told one at a time.
class ExecutionLog {
  public:
    using Tell = std::function<void(const Line& line)>;  // must not throw

    // `memory_size` is that of the function's configuration, in MB.
    ExecutionLog(Tell tell, std::uint64_t memory_size)
        : tell_(std::move(tell)), memory_size_(memory_size) {}

    // START.
    void begun(FunctionInvocation& invocation);
    // END and REPORT; of one that failed `status` says how ("timeout", "error"), and `problem` is
    // the service's line about it. `peak_memory` is in bytes; 0: unknown.
    void ended(FunctionInvocation& invocation, std::size_t peak_memory,
               std::string_view status = {}, const std::string& problem = {});

    // A line of the function's. Null: it belongs to no invocation.
    void printed(FunctionInvocation* invocation, std::string_view line);

    void say(const std::string& text);
    // The function broke the rules of the service.
    void breach(const std::string& text, std::uint64_t number = 0);

    std::uint64_t breaches() const;

  private:
    void report(FunctionInvocation& invocation, const std::string& text);
    void tell(Line::Kind kind, std::uint64_t number, std::string text);

    const Tell tell_;
    const std::uint64_t memory_size_;
    mutable std::mutex mutex_;  // of the one below, and of calls of tell_
    std::uint64_t breaches_ = 0;
};

// "2026-01-02T03:04:05.678Z", as the service's lines begin.
std::string log_time();

}  // namespace turngate::host

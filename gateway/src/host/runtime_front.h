// What stands before a function of Open Runtimes: the executor's headers, and its logs.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "host/ledger.h"
#include <turngate/http/handler.h>

namespace turngate::host {

// What there was. Thread-safe.
class Executions {
  public:
    explicit Executions(Ledger::Tell tell) : tell_(std::move(tell)) {}

    std::uint64_t begin(const std::string& what);
    void say(Line::Kind kind, std::uint64_t number, std::string text);

    std::uint64_t count() const;
    std::uint64_t breaches() const;

  private:
    const Ledger::Tell tell_;
    mutable std::mutex mutex_;
    std::uint64_t count_ = 0;
    std::uint64_t breaches_ = 0;
};

struct RuntimeFrontOptions {
    std::string secret;
    std::chrono::seconds timeout;  // of an execution
    std::string log_directory;     // where the function writes what it logs
};

// Passes requests on to `function`, a server that has these, as the executor of Open Runtimes v5
// does: with its headers, and what the function says by its own is left out of the answer. Then its
// logs are told, and deleted. `executions` must outlive it.
HandlerPtr runtime_front(HandlerPtr function, Executions& executions, RuntimeFrontOptions options);

}  // namespace turngate::host

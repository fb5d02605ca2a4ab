// What is shown of invocations that a host has posted to a function.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "host/ledger.h"

namespace turngate::host {

// Thread-safe; lines are told one at a time.
class InvocationLines {
  public:
    explicit InvocationLines(Ledger::Tell tell) : tell_(std::move(tell)) {}

    // The number of an invocation that begins.
    std::uint64_t begin() noexcept { return ++invocations_; }

    void say(Line::Kind kind, std::uint64_t invocation, std::string text) {
        const std::lock_guard lock(mutex_);
        if (kind == Line::Kind::breach) ++breaches_;
        tell_({kind, invocation, std::move(text)});
    }

    std::uint64_t invocations() const noexcept { return invocations_; }
    std::uint64_t breaches() const noexcept { return breaches_; }

  private:
    const Ledger::Tell tell_;
    std::mutex mutex_;
    std::atomic<std::uint64_t> invocations_ = 0;
    std::atomic<std::uint64_t> breaches_ = 0;
};

}  // namespace turngate::host

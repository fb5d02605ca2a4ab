// How long a request waits for a program that cannot be asked yet.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <turngate/http/context.h>

namespace turngate {

class Patience {
  public:
    using Clock = Context::Clock;

    // For `longest` at most, and not until the request's deadline. The context must outlive this.
    Patience(const Context& context, std::chrono::milliseconds longest);

    Clock::time_point until() const noexcept { return until_; }

    // It was in vain. Throws Cancelled, HttpError 504 at the deadline, or 503.
    [[noreturn]] void give_up(const std::string& reason) const;

  private:
    const Context& context_;
    Clock::time_point until_;
    bool is_deadline_ = false;
};

// Counts a request that waits, for as long as it does.
class Waiting {
  public:
    explicit Waiting(std::size_t& count) : count_(count) { ++count_; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { --count_; }

  private:
    std::size_t& count_;
};

}  // namespace turngate

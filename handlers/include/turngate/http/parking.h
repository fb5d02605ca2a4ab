// Waiting without holding up a thread, where the front door can do that.
#pragma once

#include <chrono>
#include <memory>

namespace turngate {

// The news of one descriptor: that there is something to read, or the end. For one thread at a
// time.
class Watch {
  public:
    virtual ~Watch() = default;  // before the descriptor is closed

    // Waits for news; false if `until` has passed first. May return on another thread. There may be
    // false news; and none is told again, so read until nothing is left before the next call.
    virtual bool wait(std::chrono::steady_clock::time_point until) = 0;

    // News that no wait() has told yet.
    virtual bool has_news() const noexcept = 0;

    // False once the door has gone: there will be no news.
    virtual bool is_live() const noexcept = 0;
};

// What a door offers to handlers that may go on on another thread (see Handler::may_migrate()).
// Thread-safe.
class Parking {
  public:
    virtual ~Parking() = default;

    // Of `fd`, which stays the caller's. May outlive the door. Throws std::system_error.
    virtual std::unique_ptr<Watch> watch(int fd) = 0;
};

}  // namespace turngate

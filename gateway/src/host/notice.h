// How one thread is told by another that there is something to look at.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <turngate/http/parking.h>
#include <turngate/os/fd.h>

namespace turngate::host {

// One waits at a time; who signals may be anybody.
class Notice {
  public:
    using Clock = std::chrono::steady_clock;

    Notice();  // throws std::system_error

    // From now on wait() holds up no thread, if there is `parking`. Throws std::system_error.
    void wait_by(Parking* parking);

    // Returns once it is signalled, or `until` has passed, or for nothing at all: the caller looks
    // himself whether there is what he waits for. May return on another thread.
    void wait(Clock::time_point until = Clock::time_point::max()) const;

    void signal() const noexcept { event_.signal(); }

  private:
    os::WakeUp event_;
    Parking* parking_ = nullptr;
    std::unique_ptr<Watch> watch_;  // of event_, by parking_
};

// Notices to be used again, so that a wait costs no descriptor of its own. Thread-safe.
class Notices {
  public:
    // Gives it back when it goes.
    class Lease {
      public:
        Lease(Notices& notices, std::unique_ptr<Notice> notice)
            : notices_(notices), notice_(std::move(notice)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { notices_.give_back(std::move(notice_)); }

        Notice& operator*() const noexcept { return *notice_; }
        Notice* operator->() const noexcept { return notice_.get(); }

      private:
        Notices& notices_;
        std::unique_ptr<Notice> notice_;
    };

    // Those of one door, or of none: `parking` is the same each time. Throws std::system_error.
    Lease take(Parking* parking);

  private:
    void give_back(std::unique_ptr<Notice> notice) noexcept;

    std::mutex mutex_;
    std::vector<std::unique_ptr<Notice>> spare_;  // under the mutex
};

}  // namespace turngate::host

// What signals mean to a process that serves.
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <functional>
#include <semaphore>
#include <thread>

#include <turngate/doors/door.h>
#include <turngate/os/fd.h>

namespace turngate {

// SIGTERM and SIGINT stop a door; a second one ends the process at once. SIGHUP calls `reload`, if
// there is one, in a thread of its own, once for each and one at a time; but not where standard
// input is a terminal, whose end it tells: there it ends the process, as ever. One at a time in a
// process; `door` must outlive it.
class SignalWatch {
  public:
    explicit SignalWatch(Door& door, std::function<void()> reload = {});
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    ~SignalWatch();

  private:
    void watch(Door& door);
    void reload_when_told();

    const std::function<void()> reload_;
    std::counting_semaphore<> hangups_{0};  // and one more at the end
    std::atomic<bool> is_over_{false};
    std::thread reloads_;
    os::Pipe signals_;  // a byte for each: its number
    std::array<struct sigaction, 3> before_{};
    std::thread thread_;
};

// Whether SIGTERM or SIGINT has come since the last SignalWatch began.
bool is_told_to_stop() noexcept;

// Runs `door` until SIGTERM or SIGINT stops it; a second one ends the process at once. Returns the
// door's exit status.
int serve_until_signal(Door& door, HandlerPtr handler);

}  // namespace turngate

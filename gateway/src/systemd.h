// What a service manager gives this process and wants to hear from it, by systemd's conventions,
// which any parent may follow (sd_listen_fds(3), sd_notify(3)).
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "platform.h"

namespace turngate::systemd {

struct InheritedSocket {
    int fd;
    std::string name;  // of LISTEN_FDNAMES; empty if there is none
};

// The listening sockets that were handed to this very process, close-on-exec from now on. Takes
// the variables out of the environment, so that no child believes they are its own: call it once,
// before there are threads. Throws Error if the variables are malformed or one is no listening
// stream socket.
std::vector<InheritedSocket> take_listen_sockets();

// The same without the last step, for variables that `get` reads.
std::vector<InheritedSocket> listen_sockets(const ReadVariable& get);

// Tells the service manager how this process is. Thread-safe. Without a manager every call does
// nothing; one that has gone is no failure.
class Notifier {
  public:
    Notifier() = default;

    // By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. Throws Error for a malformed one.
    explicit Notifier(const ReadVariable& get);

    // From the environment, out of which it takes the variables: see take_listen_sockets().
    static Notifier take();

    bool enabled() const noexcept { return !address_.empty(); }

    // How often the manager expects alive(); absent if it does not watch.
    std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

    void ready(std::string_view status = {}) const noexcept;
    void reloading() const noexcept;  // and ready() when that is done
    void stopping() const noexcept;
    void status(std::string_view status) const noexcept;
    void alive() const noexcept;

  private:
    void send(std::string_view state) const noexcept;

    std::string address_;  // a path, or '\0' and an abstract name
    std::optional<std::chrono::microseconds> watchdog_;
};

// Says alive() twice in each interval for as long as `is_alive` returns true, from a thread of its
// own. Does nothing if the manager does not watch.
class Watchdog {
  public:
    // `notifier` must outlive it.
    Watchdog(const Notifier& notifier, std::function<bool()> is_alive);
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace turngate::systemd

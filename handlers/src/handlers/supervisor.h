// Keeps a program running, and tells requests where it can be asked.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <turngate/handlers/spawned_upstream.h>
#include <turngate/os/fd.h>

namespace turngate {

class RunningProgram;

// One thread starts the program, asks whether it is ready, and starts it again when it has died.
class Supervisor {
  public:
    // As spawned_upstream(). REQUIRES: options.open is set.
    explicit Supervisor(SpawnOptions options);
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;
    ~Supervisor();  // stops the program

    // The proxy to the program that is ready now; waits for it. Throws HttpError 503 or 504, and
    // Cancelled.
    HandlerPtr ready(const Context& context) const;

    // True if `proxy` is not the one that is ready now. Gives a death the time to be noticed.
    bool has_lost(const HandlerPtr& proxy, const Context& context) const;

  private:
    using Clock = std::chrono::steady_clock;

    void run();
    std::optional<std::string> live_once(bool& was_steady);
    std::optional<std::string> become_ready(RunningProgram& program);
    void publish(HandlerPtr proxy);
    void withdraw(const std::string& why);
    bool ended_before(Clock::time_point until) const;
    std::string name() const;
    void log(Level level, const std::string& message) const;
    void tell_change() const;

    const SpawnOptions options_;
    const os::WakeUp end_;

    // Of the thread alone, until it has given up.
    bool was_ready_ = false;
    std::string address_;                       // of the last program that was started
    std::optional<os::ExitStatus> ended_with_;  // if one ended before it was ready

    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    HandlerPtr proxy_;  // null while the program is not ready
    std::string why_not_ = "it is starting";
    bool is_first_start_ = true;  // the constructor waits: a failure is for its caller
    bool has_given_up_ = false;
    mutable std::size_t waiting_ = 0;

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace turngate

// Children that take requests: which one gets the next, how many there are, and when one is
// replaced.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pool_program.h"
#include <turngate/handlers/spawned_fcgi.h>
#include <turngate/os/fd.h>

namespace turngate {

// Requests take a child by a Lease; one thread starts, watches and ends all of them.
class ProcessPool {
    struct Child;

  public:
    using Clock = std::chrono::steady_clock;

    // How a request left its child.
    enum class End {
        answered,
        failed,     // broken off: perhaps it has died
        cancelled,  // given up, which the child may not know, and may not be to blame for
        stuck,      // it had the whole request, and owes what it has not sent in time
    };

    // A place at a child.
    class Lease {
      public:
        Lease(ProcessPool& pool, std::shared_ptr<Child> child);
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { give_back(); }

        const Handler& client() const noexcept { return *client_; }
        void ends(End end) noexcept { end_ = end; }

        // The child is free for another request already.
        void give_back() noexcept {
            if (!std::exchange(is_given_back_, true)) pool_.release(*child_, run_, end_);
        }

      private:
        ProcessPool& pool_;
        const std::shared_ptr<Child> child_;
        const HandlerPtr client_;
        const std::size_t run_;
        End end_ = End::failed;
        bool is_given_back_ = false;
    };

    // As spawned_fcgi(). REQUIRES: options.open is set.
    explicit ProcessPool(FcgiSpawnOptions options);
    ProcessPool(const ProcessPool&) = delete;
    ProcessPool& operator=(const ProcessPool&) = delete;
    ~ProcessPool();  // ends the children

    // Waits for a place. Throws HttpError 503 or 504, and Cancelled.
    Lease take(const Context& context);

  private:
    using Children = std::vector<std::shared_ptr<Child>>;

    void release(Child& child, std::size_t run, End end) noexcept;
    std::shared_ptr<Child> free_child() const;
    bool is_hopeless() const;
    std::string why_none() const;

    void run();
    bool pass();
    void look_at(Child& child);
    void judge(Child& child, Clock::time_point now);
    void settle(Child& child, Clock::time_point now);
    void stop(Child& child, Clock::time_point now);
    void bury(Child& child, Clock::time_point now);
    void failed(std::string why, Clock::time_point now);
    void end_needless(Clock::time_point now);
    void add_wanted();
    std::vector<Child*> all_due(Clock::time_point now) const;
    void start(Child& child);
    void wait();
    void end_all();

    std::size_t count() const;
    std::string program_name() const;
    std::string name(const Child& child) const;
    void note(Level level, std::string message);
    void log_notes();
    void tell_change();
    double jitter();

    const FcgiSpawnOptions options_;
    const os::WakeUp wake_;

    // Of the thread alone.
    SocketDirectory directory_;
    ProgramGuard guard_{directory_.path()};
    std::minstd_rand random_{std::random_device{}()};
    std::vector<std::unique_ptr<PoolProgram>> buried_;  // reaped without the lock
    std::vector<std::pair<Level, std::string>> notes_;  // logged without the lock

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    Children children_;  // only the thread adds and removes
    std::size_t waiting_ = 0;
    std::size_t failures_ = 0;  // in a row
    Clock::time_point last_failure_;
    Clock::time_point next_start_;  // not before
    std::string why_not_ = "it is starting";
    bool is_first_start_ = true;       // the constructor waits: a failure is for its caller
    std::optional<std::string> told_;  // to options_.changed
    bool is_ending_ = false;

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace turngate

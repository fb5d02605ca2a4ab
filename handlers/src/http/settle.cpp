// The time after a response: deferred tasks, and the limit that they have.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "current_context.h"
#include <turngate/http/error.h>
#include <turngate/http/serve.h>

namespace turngate {
namespace {

using Clock = Context::Clock;

void report_end(const Context& context, const Outcome& outcome) noexcept {
    try {
        if (context.reporter) context.reporter->ended(context, outcome);
    } catch (...) {  // as with every report: never the request's failure
    }
}

// Runs the tasks of one request under their own stop token and deadline.
class Settling {
  public:
    Settling(Context& context, const Outcome& outcome, std::chrono::milliseconds limit)
        : context_(context),
          outcome_(outcome),
          until_(Clock::now() +
                 std::min<std::chrono::milliseconds>(limit, std::chrono::hours(24))) {
        const bool was_late = context_.deadline && *context_.deadline <= Clock::now();
        if (context_.deadline) until_ = std::min(until_, *context_.deadline);
        context_.deadline = until_;
        // A stop that is old news ended the response; a new one means that the process stops.
        if (!context_.stop.stop_requested()) shutdown_.emplace(context_.stop, Forward{stop_});
        context_.stop = stop_.get_token();
        if (was_late) expire();  // without a word: no news to whoever set the deadline
        if (is_late()) return;
        try {
            watch_ = std::jthread([this](const std::stop_token& done) { watch(done); });
        } catch (const std::system_error&) {  // no thread to be had: is_late() looks at the clock
        }
    }

    Settling(const Settling&) = delete;
    Settling& operator=(const Settling&) = delete;
    ~Settling() {
        if (watch_.joinable()) {
            watch_.request_stop();
            watch_.join();
        }
        if (!expired_) report_end(context_, outcome_);
    }

    void run(std::vector<Context::Task> tasks) {
        for (Context::Task& task : tasks)
            run(task);
        for (tasks = context_.take_deferred(); !tasks.empty() && !is_late();
             tasks = context_.take_deferred())
            for (Context::Task& task : tasks)
                run(task);
        if (!tasks.empty())
            context_.log(Level::warn, "wait_until() tasks that were added too late were not run: " +
                                          std::to_string(tasks.size()));
    }

  private:
    struct Forward {
        std::stop_source stop;
        void operator()() { stop.request_stop(); }
    };

    void run(Context::Task& task) noexcept {
        try {
            task();
        } catch (const Cancelled& e) {
            context_.log(Level::debug, e.what());
        } catch (const std::exception& e) {
            context_.log(Level::error, e.what());
        } catch (...) {
            context_.log(Level::error,
                         "a wait_until() task threw something that is no std::exception");
        }
    }

    bool is_late() noexcept {
        if (Clock::now() >= until_) warn_and_expire();
        return expired_;
    }

    void watch(const std::stop_token& done) {
        std::unique_lock lock(mutex_);
        never_.wait_until(lock, done, until_, [] { return false; });
        if (!done.stop_requested()) warn_and_expire();
    }

    void warn_and_expire() noexcept {
        if (expired_.exchange(true)) return;
        stop_.request_stop();
        context_.log(Level::warn, "wait_until() tasks are still running at their time limit");
        report_end(context_, outcome_);
    }

    // Before any task has begun.
    void expire() noexcept {
        expired_ = true;
        stop_.request_stop();
        report_end(context_, outcome_);
    }

    Context& context_;
    const Outcome& outcome_;
    Clock::time_point until_;
    std::stop_source stop_;
    std::optional<std::stop_callback<Forward>> shutdown_;
    std::atomic<bool> expired_{false};
    // Of the thread that watches, which may not fail: this takes memory.
    std::mutex mutex_;
    std::condition_variable_any never_;
    std::jthread watch_;
};

}  // namespace

void settle(Context& context, const Outcome& outcome, std::chrono::milliseconds limit) noexcept {
    std::vector<Context::Task> tasks = context.take_deferred();
    if (tasks.empty()) return report_end(context, outcome);
    const Context* outer = exchange_current_context(&context);
    bool begun = false;
    try {
        Settling settling(context, outcome, limit);
        begun = true;
        settling.run(std::move(tasks));
    } catch (...) {
        context.log(Level::error, "not all wait_until() tasks could be run");
        if (!begun) report_end(context, outcome);
    }
    exchange_current_context(outer);
}

}  // namespace turngate

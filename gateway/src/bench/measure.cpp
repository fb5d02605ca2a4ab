// What a handler does under load.
#include "bench/measure.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <poll.h>
#include <stop_token>
#include <sys/resource.h>
#include <system_error>
#include <thread>

#include "cli/exit_status.h"
#include "function_reply.h"
#include "replay/pacer.h"
#include "replay/quantity.h"
#include "replay/thrown.h"
#include "replay/watchdog.h"
#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::size_t most_problems = 20;  // kinds that are told apart
constexpr int look = 50;                   // milliseconds between two calls of `progress`

microseconds of(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + microseconds(time.tv_usec);
}

struct CpuTimes {
    microseconds user{};
    microseconds system{};

    CpuTimes() {
        for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
            rusage used{};
            ::getrusage(who, &used);
            user += of(used.ru_utime);
            system += of(used.ru_stime);
        }
    }
};

// What one worker has measured. Others read the counts meanwhile.
struct Worker {
    explicit Worker(replay::Watchdog::Slot& its_slot) : slot(its_slot) {}

    replay::Watchdog::Slot& slot;
    std::atomic<std::uint64_t> events{0};
    std::atomic<std::uint64_t> errors{0};
    Measured measured = {};
    std::uint64_t last = 0;  // the number of the event that it sent last
};

class Measurement {
  public:
    Measurement(const Load& load, const replay::Interrupt& interrupt)
        : load_(load), interrupt_(interrupt), watchdog_(load.timeout, interrupt) {}

    Measured run(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
        const CpuTimes before;
        begin_ = Clock::now();
        for (unsigned i = 0; i < load_.concurrency; ++i)
            workers_.emplace_back(watchdog_.add_slot());
        {
            std::vector<std::jthread> threads;
            start(threads);
            for (pollfd over{done_.fd(), POLLIN, 0}; ::poll(&over, 1, look) <= 0;)
                tell(progress);
        }
        const nanoseconds took = Clock::now() - begin_;
        const CpuTimes after;
        if (failure_) std::rethrow_exception(failure_);
        Measured all = merged();
        all.seconds = took;
        all.user = after.user - before.user;
        all.system = after.system - before.system;
        all.signal = interrupt_.signal();
        return all;
    }

  private:
    void start(std::vector<std::jthread>& threads) {
        for (Worker& worker : workers_) {
            ++running_;
            try {
                threads.emplace_back([this, &worker] { work(worker); });
            } catch (const std::system_error&) {  // those that there are do it
                if (threads.empty()) throw;
                if (--running_ == 0) done_.signal();
                return;
            }
        }
    }

    void tell(const std::function<void(std::uint64_t, std::uint64_t)>& progress) const {
        std::uint64_t events = 0, errors = 0;
        for (const Worker& worker : workers_) {
            events += worker.events.load(std::memory_order_relaxed);
            errors += worker.errors.load(std::memory_order_relaxed);
        }
        progress(events, errors);
    }

    void work(Worker& worker) {
        try {
            replay::wake_in_time();
            Sender sender(*this, worker);
            while (sender.send_next()) {
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!failure_) failure_ = std::current_exception();
            interrupt_.wake();
            failed_ = true;
        }
        if (--running_ == 0) done_.signal();
    }

    // When the event of that number is to be sent; absent if it is not.
    std::optional<Clock::time_point> due(std::uint64_t number) const {
        if (load_.limit > 0 && number >= load_.limit) return std::nullopt;
        auto when = Clock::now();
        if (load_.rate > 0)  // one that is late was due nevertheless, and is sent
            when = begin_ + nanoseconds(static_cast<std::int64_t>(
                                std::min(static_cast<double>(number) * 1e9 / load_.rate, 1e18)));
        if (load_.duration.count() > 0 && when >= begin_ + load_.duration) return std::nullopt;
        return when;
    }

    bool is_over() const { return interrupt_.signal() != 0 || failed_; }

    // Sends the events of one worker.
    class Sender {
      public:
        Sender(Measurement& all, Worker& worker)
            : all_(all), worker_(worker), options_(all.load_.answer) {
            if (all.load_.rate > 0) worker.measured.pace.emplace().rate = all.load_.rate;
            options_.prepare = [this](Request& request) {
                request.context.deadline = deadline_;
                request.context.stop = stop_;
                request.context.put(FunctionFailureWanted{});
                if (all_.load_.variables) replay::fill_in(request, all_.load_.variables);
            };
            options_.served = [this](const Request&, const Outcome& outcome) {
                status_ = std::max(status_, outcome.status);
                if (all_.load_.is_elsewhere && replay::is_unreachable(outcome.error))
                    is_unreachable_ = true;
                if (problem_.empty() && replay::is_failure(outcome.error))
                    problem_ = "the handler failed: " + replay::message_of(outcome.error);
            };
        }

        bool send_next() {
            const std::uint64_t number = all_.next_.fetch_add(1, std::memory_order_relaxed);
            const auto due = all_.due(number);
            if (!due || all_.is_over()) return false;
            if (all_.load_.rate > 0 && !replay::wait_until(*due, all_.interrupt_)) return false;
            const auto& events = all_.load_.events;
            const auto began = Clock::now();
            if (!send(events[number % events.size()], began)) return false;
            note(number, *due, began);
            return true;
        }

      private:
        // False if it was asked to stop because all is over.
        bool send(const std::string& event, Clock::time_point began) {
            problem_.clear();
            is_unreachable_ = false;
            status_ = 0;
            const nanoseconds timeout = all_.load_.timeout;
            if (timeout.count() > 0) deadline_ = began + timeout;
            stop_ = worker_.slot.begin(deadline_);
            try {
                events::Answer answer = events::answer_event(*all_.load_.handler, event, options_);
                latency_ = Clock::now() - began;
                answer.settle();
                if (!answer.overflow().empty()) problem_ = answer.overflow();
            } catch (const Error& e) {
                latency_ = Clock::now() - began;
                problem_ = e.what();
            }
            worker_.slot.end();
            if (timeout.count() > 0 && latency_ > timeout)
                problem_ = "took more than " + replay::duration_text(timeout);
            return !worker_.slot.interrupted();
        }

        void note(std::uint64_t number, Clock::time_point due, Clock::time_point began) {
            Measured& measured = worker_.measured;
            worker_.last = number;
            measured.latencies.add(latency_);
            if (measured.pace) measured.pace->add(began - due, latency_);
            if (status_ != 0) ++measured.statuses[status_];
            if (is_unreachable_) ++measured.unreachable;
            if (!problem_.empty()) {
                auto& problems = measured.problems;
                if (problems.size() < most_problems || problems.contains(problem_))
                    ++problems[problem_];
                worker_.errors.fetch_add(1, std::memory_order_relaxed);
            }
            worker_.events.fetch_add(1, std::memory_order_relaxed);
        }

        Measurement& all_;
        Worker& worker_;
        events::AnswerOptions options_;
        std::optional<Clock::time_point> deadline_;
        std::stop_token stop_;
        int status_ = 0;
        std::string problem_;
        bool is_unreachable_ = false;
        nanoseconds latency_{};
    };

    Measured merged() {
        Measured all;
        std::uint64_t last = 0;
        if (load_.rate > 0) all.pace.emplace().rate = load_.rate;
        for (Worker& worker : workers_) {
            const Measured& one = worker.measured;
            all.events += worker.events;
            all.errors += worker.errors;
            all.unreachable += one.unreachable;
            all.latencies.merge(one.latencies);
            for (const auto& [status, count] : one.statuses)
                all.statuses[status] += count;
            for (const auto& [problem, count] : one.problems)
                all.problems[problem] += count;
            if (!one.pace) continue;
            all.pace->from_due.merge(one.pace->from_due);
            all.pace->latest = std::max(all.pace->latest, one.pace->latest);
            if (worker.last < last) continue;
            last = worker.last;
            all.pace->last_one = one.pace->last_one;
        }
        return all;
    }

    const Load& load_;
    const replay::Interrupt& interrupt_;
    replay::Watchdog watchdog_;
    Clock::time_point begin_{};
    std::deque<Worker> workers_;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<unsigned> running_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;  // guards what follows
    std::exception_ptr failure_;
    os::WakeUp done_;
};

}  // namespace

int Measured::exit_status() const noexcept {
    if (signal != 0) return 128 + signal;
    if (unreachable > 0) return cli::exit_status::no_target;
    return errors > 0 ? cli::exit_status::wrong_answer : cli::exit_status::good;
}

double Measured::per_second() const noexcept {
    const double time = std::chrono::duration<double>(seconds).count();
    return time > 0 ? static_cast<double>(events) / time : 0;
}

Measured measure(const Load& load, const replay::Interrupt& interrupt,
                 const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    return Measurement(load, interrupt).run(progress);
}

}  // namespace turngate::bench

#include "supervisor.h"

#include <algorithm>
#include <array>
#include <exception>

#include "patience.h"
#include "readiness_probe.h"
#include "running_program.h"

namespace turngate {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Until the end of a program that refuses connections is noticed.
constexpr milliseconds notice_time{2000};

std::string text(milliseconds time) {
    return std::to_string(time.count()) + " ms";
}

}  // namespace

Supervisor::Supervisor(SpawnOptions options) : options_(std::move(options)) {
    thread_ = std::thread([this] { run(); });
    std::unique_lock lock(mutex_);
    const auto settled = [&] { return proxy_ || has_given_up_; };
    if (options_.async_init)
        changed_.wait_for(lock, options_.async_wait, settled);
    else
        changed_.wait(lock, settled);
    is_first_start_ = false;
    if (!has_given_up_) {
        tell_change();
        return;
    }
    lock.unlock();
    thread_.join();
    throw SpawnFailure(why_not_, ended_with_, address_, options_.start_timeout);
}

Supervisor::~Supervisor() {
    end_.signal();
    if (thread_.joinable()) thread_.join();
}

HandlerPtr Supervisor::ready(const Context& context) const {
    std::unique_lock lock(mutex_);
    if (proxy_) return proxy_;
    context.check();
    if (waiting_ >= options_.max_waiting)
        throw HttpError(503, name() + " is not ready and " + std::to_string(waiting_) +
                                 " requests wait for it already: " + why_not_);
    const Waiting waiting(waiting_);
    const Patience patience(context, options_.start_timeout);
    if (changed_.wait_until(lock, context.stop, patience.until(),
                            [&] { return proxy_ != nullptr; }))
        return proxy_;
    patience.give_up(name() + " is not ready: " + why_not_);
}

bool Supervisor::has_lost(const HandlerPtr& proxy, const Context& context) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, context.stop, notice_time, [&] { return proxy_ != proxy; });
}

void Supervisor::run() {
    auto delay = options_.first_delay;
    for (;;) {
        bool was_steady = false;
        std::optional<std::string> failure;
        try {
            failure = live_once(was_steady);
        } catch (const std::exception& e) {
            failure = e.what();
        }
        if (!failure) return;
        if (was_steady) delay = options_.first_delay;
        {
            const std::lock_guard lock(mutex_);
            proxy_ = nullptr;
            why_not_ = *failure;
            has_given_up_ = is_first_start_;
            changed_.notify_all();
            if (has_given_up_) return;
            tell_change();
        }
        log(Level::error, *failure + "; it is started again in " + text(delay));
        if (ended_before(Clock::now() + delay)) return;
        delay = std::min(delay * 2, options_.longest_delay);
    }
}

// From start to end: why it ended, or absent if we were told to stop.
std::optional<std::string> Supervisor::live_once(bool& was_steady) {
    const auto start = Clock::now();
    RunningProgram program(options_);
    address_ = program.address().text();
    auto failure = become_ready(program);
    if (ended_before(Clock::now())) {
        program.stop(options_.stop_timeout);
        return std::nullopt;
    }
    if (failure) {
        if (!wait_for_any(std::array{program.exit_fd()}, Clock::now()))
            program.stop(options_.stop_timeout);
        return failure;
    }
    publish(options_.open("http://" + address_));
    const auto since = Clock::now();
    log(was_ready_ ? Level::info : Level::debug,
        name() + " is ready on " + address_ + " after " +
            text(duration_cast<milliseconds>(since - start)));
    was_ready_ = true;
    const std::array fds = {program.exit_fd(), end_.fd()};
    while (!wait_for_any(fds, Clock::now() + std::chrono::hours(24))) {
    }
    if (ended_before(Clock::now())) {
        program.stop(options_.stop_timeout);
        return std::nullopt;
    }
    was_steady = Clock::now() - since >= options_.steady_after;
    failure = name() + ' ' + describe(program.exit_status());
    withdraw(*failure);  // before the rest of the group is killed, which takes a while
    return failure;
}

// Absent when it is ready, or when we were told to stop; else why it is not.
std::optional<std::string> Supervisor::become_ready(RunningProgram& program) {
    const auto start = Clock::now();
    const auto until = start + options_.start_timeout;
    auto notice = start + options_.notice_interval;
    const ReadinessProbe probe(options_.readiness, program.address());
    const std::array ends = {program.exit_fd(), end_.fd()};
    std::string last;
    for (;;) {
        const auto missing = probe.missing(ends, until);
        const bool has_ended = wait_for_any(std::array{program.exit_fd()}, Clock::now());
        if (ended_before(Clock::now())) return std::nullopt;
        if (has_ended) {
            ended_with_ = program.exit_status();
            return name() + ' ' + describe(*ended_with_) + " before it was ready";
        }
        if (!missing) return std::nullopt;
        const auto now = Clock::now();
        // The last try is cut short and may say less than the one before.
        const std::string before =
            now >= until && !last.empty() && last != *missing ? ", and before that " + last : "";
        const std::string finding = probe.name() + ": " + *missing + before;
        last = *missing;
        if (now >= until)
            return name() + " was not ready within " + text(options_.start_timeout) + ": " +
                   finding;
        if (now >= notice) {
            notice = now + options_.notice_interval;
            log(Level::info, "waiting for " + name() + " to be ready since " +
                                 text(duration_cast<milliseconds>(now - start)) + ": " + finding);
        }
        wait_for_any(ends, std::min(until, now + options_.probe_interval));
    }
}

void Supervisor::publish(HandlerPtr proxy) {
    const std::lock_guard lock(mutex_);
    proxy_ = std::move(proxy);
    changed_.notify_all();
    if (!is_first_start_) tell_change();
}

void Supervisor::withdraw(const std::string& why) {
    const std::lock_guard lock(mutex_);
    proxy_ = nullptr;
    why_not_ = why;
    changed_.notify_all();
    if (!is_first_start_) tell_change();
}

bool Supervisor::ended_before(Clock::time_point until) const {
    return wait_for_any(std::array{end_.fd()}, until);
}

std::string Supervisor::name() const {
    return "the program \"" + options_.command + '"';
}

void Supervisor::log(Level level, const std::string& message) const {
    if (options_.log) options_.log(level, message);
}

// Under the mutex, so that the last word is the true one.
void Supervisor::tell_change() const {
    if (options_.changed) options_.changed(proxy_ ? "" : why_not_);
}

}  // namespace turngate

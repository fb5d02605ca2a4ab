// Stops events that take too long.
#include "replay/watchdog.h"

#include <algorithm>
#include <cstdint>
#include <poll.h>
#include <system_error>

#include "cli/exit_status.h"
#include "replay/golden_file.h"

namespace turngate::replay {

std::stop_token Watchdog::Slot::begin(std::optional<Clock::time_point> deadline) {
    const std::lock_guard lock(mutex_);
    deadline_ = deadline;
    interrupted_ = false;
    source_.emplace();
    return source_->get_token();
}

void Watchdog::Slot::end() {
    const std::lock_guard lock(mutex_);
    source_.reset();
}

bool Watchdog::Slot::interrupted() {
    const std::lock_guard lock(mutex_);
    return interrupted_;
}

Watchdog::Watchdog(std::chrono::nanoseconds limit, const Interrupt& interrupt,
                   std::optional<Clock::time_point> end)
    : limit_(limit), interrupt_(interrupt), end_(end) {
    try {
        thread_ = std::thread([this] { watch(); });
    } catch (const std::system_error& e) {
        throw cli::CommandError(
            cli::exit_status::wrong_answer,
            "cannot start a thread, and a replay needs one: " + reason(e.code().value()),
            "raise the limits of memory and processes (ulimit -v, -s, -u)");
    }
}

Watchdog::~Watchdog() {
    done_.signal();
    thread_.join();
}

Watchdog::Slot& Watchdog::add_slot() {
    const std::lock_guard lock(mutex_);
    return slots_.emplace_back();
}

// Returns when the next one is due.
std::optional<Watchdog::Clock::time_point> Watchdog::stop_overdue(bool all) {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    std::optional<Clock::time_point> next;
    for (Slot& slot : slots_) {
        std::optional<std::stop_source> overdue;
        {
            const std::lock_guard slot_lock(slot.mutex_);
            if (!slot.source_) continue;
            slot.interrupted_ = slot.interrupted_ || all;
            if (all || (slot.deadline_ && *slot.deadline_ <= now))
                overdue = slot.source_;
            else if (slot.deadline_)
                next = next ? std::min(*next, *slot.deadline_) : *slot.deadline_;
        }
        if (overdue) overdue->request_stop();  // runs callbacks: not under the slot's lock
    }
    return next;
}

void Watchdog::watch() {
    for (bool interrupted = false;;) {
        const auto next = stop_overdue(interrupted);
        // An event that begins later is due `limit_` later, so sleeping that long misses none.
        const auto now = Clock::now();
        if (end_ && *end_ <= now && !interrupted) {
            over_ = interrupted = true;
            interrupt_.wake();
            continue;
        }
        std::chrono::nanoseconds pause = limit_.count() > 0 ? limit_ : std::chrono::hours(1);
        if (next) pause = std::min(pause, std::chrono::nanoseconds(*next - now));
        if (end_) pause = std::min(pause, std::chrono::nanoseconds(*end_ - now));
        int timeout = -1;
        if (interrupted)
            timeout = 50;  // events may still begin while the workers find out
        else if (limit_.count() > 0 || end_)
            timeout = static_cast<int>(std::clamp<std::int64_t>(
                std::chrono::ceil<std::chrono::milliseconds>(pause).count(), 0, 60'000));
        // Once interrupted, that descriptor stays readable and is left out.
        pollfd wait[] = {{done_.fd(), POLLIN, 0}, {interrupted ? -1 : interrupt_.fd(), POLLIN, 0}};
        if (::poll(wait, 2, timeout) < 0) continue;
        if (wait[0].revents != 0) return;
        if (wait[1].revents != 0) interrupted = true;
    }
}

}  // namespace turngate::replay

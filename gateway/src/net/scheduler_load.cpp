// Whether there are threads enough: what the watching thread looks at, and what it makes of it.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/scheduler.h"
#include <turngate/os/direct_io.h>

namespace turngate::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds alert_tick{1};
constexpr milliseconds busy_tick{4};            // while the cores are all in use
constexpr std::size_t aside_of_a_tick = 128;    // threads that make it longer by one
constexpr unsigned quiet_enough = 50;           // ticks until the watching thread sleeps again
constexpr std::uint64_t few = 8;                // one switch in so many events
constexpr std::chrono::microseconds brief{50};  // of an event's CPU
constexpr unsigned stuck_enough = 10;           // ticks without any event taken
constexpr unsigned hopeless = 20;               // such ticks until requests are turned away
constexpr unsigned overloaded = 30;             // ticks that an event waits, until likewise
constexpr unsigned busy_enough = 5;             // ticks in which the cores were all ours
constexpr int express_events = 256;             // that the watching thread takes in one go

}  // namespace

bool Scheduler::has_events() const {
    pollfd events = {epoll_.get(), POLLIN, 0};
    return ::poll(&events, 1, 0) > 0;
}

Scheduler::Usage Scheduler::usage(std::uint64_t progress) {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto time = [](const timeval& value) {
        return nanoseconds(std::chrono::seconds(value.tv_sec)) +
               std::chrono::microseconds(value.tv_usec);
    };
    return {time(used.ru_utime) + time(used.ru_stime), used.ru_nvcsw, progress, Clock::now()};
}

// The system counts what threads have used one by one, also those of a thousand that sleep.
std::chrono::milliseconds Scheduler::look_length() const noexcept {
    if (fetched_ > 1) return busy_tick;
    return alert_tick * (1 + aside() / aside_of_a_tick);
}

// Once a tick while it may be that all threads are in handlers.
void Scheduler::examine() {
    const Usage now = usage(load_.load() / one_done);
    const Usage before = std::exchange(last_, now);
    if (now.when - before.when > 5 * busy_tick) return;  // the first look
    const bool is_starving = !has_waiter() && has_events();
    stuck_ticks_ = is_starving && now.progress == before.progress ? stuck_ticks_ + 1 : 0;
    probe_ticks_ = is_starving ? measure_queue() : 0;
    if (is_starving) {
        quiet_ticks_ = 0;
        grow_if_held_up(before, now);
    } else if (++quiet_ticks_ > quiet_enough) {
        quiet_ticks_ = 0;
        fetched_ = 1;
        is_alert_ = false;
        if (!has_waiter() || has_taken()) alert();  // whoever did meanwhile thought that we look
    }
    shrink_if_competing(before, now);
    rescue_taken();
}

// For how many ticks an event of ours has been waiting among the others.
unsigned Scheduler::measure_queue() {
    if (is_probing_) return probe_ticks_ + 1;
    is_probing_ = true;
    const std::uint64_t one = 1;
    (void)!::write(probe_.get(), &one, sizeof one);
    return 0;
}

// Events wait and the cores do not: the handlers wait for something else. Threads that want a core
// and do not get it, for other processes are at work, go to sleep by no will of their own; those
// that do now and then, among many events, have found none for a moment.
void Scheduler::grow_if_held_up(const Usage& before, const Usage& after) {
    const auto available = (after.when - before.when) * static_cast<long>(cores_);
    const auto used = after.cpu - before.cpu;
    const std::size_t active = active_;
    // To turn somebody away takes more than a moment in which nobody got a core.
    const bool is_overloaded = stuck_ticks_ >= hopeless || probe_ticks_ >= overloaded;
    const bool has_no_more = std::exchange(has_no_more_, false);  // to be tried again
    const std::size_t most = most_threads();
    if (is_overloaded && (active >= most || has_no_more)) return take_events_in_express();
    const bool is_still = used < available / 4 && after.progress == before.progress;
    const auto switches = static_cast<std::uint64_t>(after.switches - before.switches);
    const bool is_waiting = used < available * 3 / 4 && switches > 2 &&
                            switches * few > after.progress - before.progress;
    if (!is_still && !is_waiting && stuck_ticks_ < stuck_enough) return;
    if (active >= most) return;
    std::lock_guard lock(mutex_);
    surplus_ = 0;
    start(std::max<std::size_t>(1, std::min(at_work() / 2, most - active)));
}

// The cores are all in use and there are more threads than cores: one fewer does as much. Then, and
// when events are dealt with in a moment each, a thread may take several at once.
void Scheduler::shrink_if_competing(const Usage& before, const Usage& after) {
    const auto available = (after.when - before.when) * static_cast<long>(cores_);
    const auto used = after.cpu - before.cpu;
    const std::uint64_t events = after.progress - before.progress;
    const auto switches = static_cast<std::uint64_t>(after.switches - before.switches);
    const bool is_flowing = events > 2 * active_.load();
    const bool is_busy = is_flowing && used > available * 9 / 10;
    const bool is_brisk =
        is_flowing && used < brief * static_cast<long>(events) && switches * few < events;
    busy_ticks_ = is_busy ? busy_ticks_ + 1 : 0;
    fetched_ = busy_ticks_ >= busy_enough || is_brisk ? most_fetched : 1;
    if (busy_ticks_ % busy_enough == busy_enough - 1 && at_work() > cores_) surplus_ = 1;
}

void Scheduler::take_events_in_express() {
    for (int i = 0; i < express_events && !is_ending_; ++i) {
        epoll_event event{};
        if (os::wait(epoll_.get(), &event, 1, 0) <= 0) return;
        if (event.data.u64 == jobs_key) {
            const auto passed_on = take_passed_on();
            if (!passed_on) return ring();  // a job may block: it has to wait for a thread
            event = *passed_on;
        }
        if (event.data.u64 == probe_key) {  // all that waited for so long has been dealt with
            is_probing_ = false;
            return;
        }
        if (event.data.u64 != end_key) target_.on_event(event.data.u64, event.events, true);
    }
}

}  // namespace turngate::net

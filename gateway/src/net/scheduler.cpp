// How many threads there are, and what each does.
#include "net/scheduler.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <system_error>

#include <turngate/os/direct_io.h>

namespace turngate::net {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds longest_turn{200};  // of a thread with events, if others wait
constexpr std::chrono::seconds park_limit{10};          // of a thread that nobody needs
constexpr milliseconds last_tick_length{20};            // while the threads end

std::size_t usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void add(int epoll, int fd, std::uint32_t events, std::uint64_t key) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = key;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

// Signals are for the threads that the program has for them.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        for (int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS})
            ::sigdelset(&all, crash);
        ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_;
};

// The watching thread is the caller's, and sendfile() has no MSG_NOSIGNAL.
class SigpipeBlocked {
  public:
    SigpipeBlocked() {
        ::sigemptyset(&sigpipe_);
        ::sigaddset(&sigpipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    SigpipeBlocked(const SigpipeBlocked&) = delete;
    SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;
    ~SigpipeBlocked() {
        const timespec now{};
        ::sigtimedwait(&sigpipe_, nullptr, &now);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

  private:
    sigset_t sigpipe_;
    sigset_t before_;
};

}  // namespace

thread_local Scheduler::Worker* Scheduler::current_ = nullptr;

Scheduler::Scheduler(Target& target, std::size_t max_threads, std::size_t max_aside)
    : target_(target),
      max_threads_(std::max<std::size_t>(max_threads, 1)),
      max_aside_(max_aside),
      cores_(std::min(usable_cores(), max_threads_)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      jobs_ready_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      probe_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!epoll_) fail("epoll_create1");
    if (!jobs_ready_ || !probe_) fail("eventfd");
    add(epoll_.get(), probe_.get(), EPOLLIN | EPOLLET, probe_key);
    add(epoll_.get(), jobs_ready_.get(), EPOLLIN | EPOLLET, jobs_key);
    add(epoll_.get(), ended_.fd(), EPOLLIN, end_key);
}

Scheduler::~Scheduler() {
    finish();
    std::unique_lock lock(mutex_);
    thread_ended_.wait(lock, [&] { return threads_ == 0; });
}

void Scheduler::finish() noexcept {
    is_ending_ = true;
    ended_.signal();
    std::lock_guard lock(mutex_);
    wake_.notify_all();
    watch_.notify_all();
}

void Scheduler::nudge() {
    std::lock_guard lock(mutex_);
    is_nudged_ = true;
    if (!is_alert_) watch_.notify_all();  // else it looks soon anyway
}

void Scheduler::post(std::function<void()> job) {
    try {
        std::lock_guard lock(mutex_);
        jobs_.emplace_back().swap(job);
    } catch (const std::bad_alloc&) {
        return job();
    }
    ring();
}

bool Scheduler::pass_on(std::uint64_t key, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = key;
    try {
        std::lock_guard lock(mutex_);
        passed_on_.push_back(event);
    } catch (const std::bad_alloc&) {
        return false;
    }
    ring();
    return true;
}

// Tells one of the threads that there is a job or an event passed on.
void Scheduler::ring() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(jobs_ready_.get(), &one, sizeof one);
}

// Several of them, and jobs, may have been one event of the epoll; each is to have a thread.
std::optional<epoll_event> Scheduler::take_passed_on() {
    std::lock_guard lock(mutex_);
    if (passed_on_.empty()) return std::nullopt;
    const epoll_event event = passed_on_.front();
    passed_on_.pop_front();
    if (!passed_on_.empty() || !jobs_.empty()) ring();
    return event;
}

void Scheduler::run_a_job() {
    if (const auto event = take_passed_on())
        return target_.on_event(event->data.u64, event->events, false);
    if (const auto job = take_job()) job();
}

// Empty if there is none.
std::function<void()> Scheduler::take_job() {
    std::lock_guard lock(mutex_);
    if (jobs_.empty()) return {};
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    if (!jobs_.empty()) ring();
    return job;
}

// A thread takes events until it is not needed.
void Scheduler::work(Worker& self) {
    current_ = &self;
    epoll_event event{};
    for (;;) {
        const std::uint64_t before = load_.fetch_add(1);
        if (std::exchange(self.is_coming, false)) --coming_;
        if ((before & waiting_mask) >= cores_) {  // enough are waiting
            // Unless they have left meanwhile, and the last has taken us for one that waits.
            if ((load_.fetch_sub(1) & waiting_mask) > 1 && !park(self)) return;
            continue;
        }
        if (!fetch(self, event)) {
            if (is_ending_) return;
            continue;
        }
        do {
            self.begun.fetch_add(1, std::memory_order_relaxed);
            deal_with(event);
        } while (take(self, event));
        if (is_surplus() && !park(self)) return;
    }
}

// Waits for events and takes them, the first as `event`. False if there is none to deal with.
bool Scheduler::fetch(Worker& self, epoll_event& event) {
    std::array<epoll_event, most_fetched> events;
    const int n =
        os::wait(epoll_.get(), events.data(), fetched_.load(std::memory_order_relaxed), -1);
    const std::uint64_t count = n > 0 ? static_cast<std::uint64_t>(n) : 0;
    const std::uint64_t before = load_.fetch_add(count * one_done - 1);
    if (n <= 0 || is_ending_.load(std::memory_order_relaxed)) return false;
    const bool is_last = (before & waiting_mask) == 1;
    event = events[0];
    if (n > 1) {
        const std::lock_guard lock(self.mutex);
        self.taken.assign(events.rend() - n, events.rend() - 1);
    }
    if (n > 1) hold(self);
    // Behind all that the watching thread looks at before it sleeps, for one of us sees the other.
    if ((is_last || n > 1) && !is_alert_.load()) alert();
    return true;
}

// The thread has events that it has not begun with.
void Scheduler::hold(Worker& self) noexcept {
    if (std::exchange(self.has_taken, true)) return;
    self.fetched = Clock::now();
    ++holders_;
}

// The next of those that the thread has fetched.
bool Scheduler::take(Worker& self, epoll_event& event) {
    if (!self.has_taken) return false;
    if (has_waiter() && Clock::now() > self.fetched + longest_turn) hand_over_own();
    const std::lock_guard lock(self.mutex);
    self.has_taken = !self.taken.empty();
    if (!self.has_taken) {
        --holders_;
        return false;
    }
    event = self.taken.back();
    self.taken.pop_back();
    return true;
}

bool Scheduler::take_along(std::uint64_t key, std::uint32_t events) noexcept try {
    if (!current_ || fetched_.load(std::memory_order_relaxed) == 1) return false;
    epoll_event event{};
    event.events = events;
    event.data.u64 = key;
    {
        const std::lock_guard lock(current_->mutex);
        current_->taken.insert(current_->taken.begin(), event);
    }
    hold(*current_);
    load_.fetch_add(one_done);
    if (!is_alert_.load()) alert();
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

void Scheduler::deal_with(const epoll_event& event) {
    if (event.data.u64 == jobs_key)
        run_a_job();
    else if (event.data.u64 == probe_key)
        is_probing_ = false;
    else if (event.data.u64 != end_key)
        target_.on_event(event.data.u64, event.events, false);
}

// Gives the events of threads that have not moved since the last look to others.
void Scheduler::rescue_taken() {
    if (holders_ == 0) return;  // or a thousand threads would be asked one by one
    const std::lock_guard lock(mutex_);
    try {
        for (Worker& worker : workers_) {
            const unsigned begun = worker.begun.load(std::memory_order_relaxed);
            if (std::exchange(worker.seen, begun) == begun) hand_over(worker);
        }
    } catch (const std::bad_alloc&) {  // what is left there stays there until the next look
    }
}

// What the thread has taken and not begun with. REQUIRES: mutex_ is locked.
void Scheduler::hand_over(Worker& worker) {
    const std::lock_guard its_lock(worker.mutex);
    if (!worker.taken.empty()) ring();
    for (; !worker.taken.empty(); worker.taken.pop_back()) {
        const epoll_event& event = worker.taken.back();
        if (event.data.u64 == jobs_key)
            ring();
        else if (event.data.u64 == probe_key)
            is_probing_ = false;
        else if (event.data.u64 != end_key)
            passed_on_.push_back(event);
    }
}

// The same of this thread.
void Scheduler::hand_over_own() noexcept try {
    if (!current_->has_taken) return;
    const std::lock_guard lock(mutex_);
    hand_over(*current_);
} catch (const std::bad_alloc&) {  // it keeps them
}

// A thread has events that it has not begun with.
bool Scheduler::has_taken() {
    if (holders_ == 0) return false;
    const std::lock_guard lock(mutex_);
    return std::any_of(workers_.begin(), workers_.end(), [](Worker& worker) {
        const std::lock_guard its_lock(worker.mutex);
        return !worker.taken.empty();
    });
}

// No thread waits any more, or one has taken more than it can begin with: somebody should look
// whether one is needed.
void Scheduler::alert() {
    if (is_alert_.exchange(true)) return;
    std::lock_guard lock(mutex_);
    watch_.notify_one();
}

bool Scheduler::is_surplus() noexcept {
    std::size_t surplus = surplus_.load(std::memory_order_relaxed);
    while (surplus > 0)
        if (surplus_.compare_exchange_weak(surplus, surplus - 1)) return true;
    return false;
}

// False if the thread is to end.
bool Scheduler::park(Worker& self) {
    std::unique_lock lock(mutex_);
    // Whoever has begun to wait meanwhile has counted on us.
    if (!is_ending_ && at_work() <= cores_) return true;
    --active_;
    ++parked_;
    wake_.wait_for(lock, park_limit, [&] { return wanted_ > 0 || is_ending_; });
    --parked_;
    if (is_ending_ || wanted_ == 0) return false;
    --wanted_;
    self.is_coming = true;
    return true;
}

// Parked threads first, then new ones. REQUIRES: mutex_ is locked.
void Scheduler::start(std::size_t threads) {
    const SignalsBlocked blocked;
    for (; threads > 0; --threads) {
        if (parked_ > wanted_) {
            ++wanted_;
            ++active_;
            ++coming_;
            wake_.notify_one();
            continue;
        }
        if (threads_ >= most_threads()) return;
        const std::size_t before = workers_.size();
        ++coming_;
        try {
            workers_.emplace_front();
            std::thread([this, self = workers_.begin()] {
                work(*self);
                // At the end events are of no use any more; jobs are.
                while (const auto job = is_ending_ ? take_job() : nullptr)
                    job();
                std::lock_guard lock(mutex_);
                workers_.erase(self);
                --threads_;
                thread_ended_.notify_all();
            }).detach();
        } catch (const std::exception&) {  // the system has no more: we do with those we have
            --coming_;
            if (workers_.size() > before) workers_.pop_front();
            has_no_more_ = true;
            return;
        }
        ++threads_;
        ++active_;
    }
}

// There are as many threads as cores beside those that wait for clients, and nobody waits for what
// these have taken.
void Scheduler::stand_in() noexcept {
    if (current_) hand_over_own();
    if (at_work() >= cores_) return;
    const std::lock_guard lock(mutex_);
    if (!is_ending_ && at_work() < cores_) start(1);
}

void Scheduler::run() {
    const SigpipeBlocked quiet;
    std::unique_lock lock(mutex_);
    start(cores_);
    if (threads_ == 0)
        throw std::system_error(EAGAIN, std::generic_category(), "cannot start a thread");
    auto last_tick = Clock::now();
    while (!is_ending_) {
        auto is_called = [&] { return is_ending_ || is_alert_ || is_nudged_; };
        const milliseconds tick = target_.tick_length();
        if (is_alert_)
            watch_.wait_for(lock, look_length(), [&] { return is_ending_.load(); });
        else if (tick.count() > 0)
            watch_.wait_until(lock, last_tick + tick, is_called);
        else
            watch_.wait(lock, is_called);
        is_nudged_ = false;
        lock.unlock();
        if (const auto now = Clock::now(); now >= last_tick + target_.tick_length()) {
            last_tick = now;
            target_.on_tick();
        }
        if (is_alert_) examine();
        lock.lock();
    }
    // Handlers and deferred tasks may take their time, and the target may want to tell them.
    while (!thread_ended_.wait_for(lock, last_tick_length, [&] { return threads_ == 0; })) {
        lock.unlock();
        target_.on_tick();
        lock.lock();
    }
}

}  // namespace turngate::net

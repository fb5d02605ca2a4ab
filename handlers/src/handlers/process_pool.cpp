// The requests' side: places at children.
#include "process_pool.h"

#include "patience.h"
#include "pool_child.h"
#include <turngate/http/error.h>

namespace turngate {

using Phase = PoolPhase;

ProcessPool::Lease::Lease(ProcessPool& pool, std::shared_ptr<Child> child)
    : pool_(pool), child_(std::move(child)), client_(child_->client), run_(child_->run) {
    ++child_->in_flight;
    child_->was_given_any = true;
    if (pool_.options_.max_requests > 0 && --child_->requests_left == 0)
        child_->phase = Phase::leaving;
}

ProcessPool::ProcessPool(FcgiSpawnOptions options) : options_(std::move(options)) {
    thread_ = std::thread([this] { run(); });
    std::unique_lock lock(mutex_);
    if (options_.min_children > 0)
        changed_.wait(lock, [&] { return free_child() || failures_ > 0; });
    if (failures_ == 0 || free_child()) {
        is_first_start_ = false;
        tell_change();
        return;
    }
    const std::string why = why_not_;
    is_ending_ = true;
    lock.unlock();
    wake_.signal();
    thread_.join();
    throw Error(why);
}

ProcessPool::~ProcessPool() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    wake_.signal();
    thread_.join();
}

ProcessPool::Lease ProcessPool::take(const Context& context) {
    std::unique_lock lock(mutex_);
    std::shared_ptr<Child> child = free_child();
    if (child) return {*this, std::move(child)};
    context.check();
    if (is_hopeless()) throw HttpError(503, why_none());
    if (waiting_ >= options_.max_waiting)
        throw HttpError(503, std::to_string(waiting_) + " requests wait already: " + why_none());
    const Waiting waiting(waiting_);
    wake_.signal();
    const Patience patience(context, options_.start_timeout);
    changed_.wait_until(lock, context.stop, patience.until(),
                        [&] { return (child = free_child()) || is_hopeless(); });
    if (child) return {*this, std::move(child)};
    if (is_hopeless()) throw HttpError(503, why_none());
    patience.give_up(why_none());
}

void ProcessPool::release(Child& child, std::size_t run, End end) noexcept {
    const std::lock_guard lock(mutex_);
    --child.in_flight;
    child.idle_since = Clock::now();
    const bool is_live = child.phase == Phase::ready || child.phase == Phase::unsure;
    bool is_news = false;  // for the thread
    if (end == End::answered) {
        if (!child.has_answered && failures_ > 0) {
            failures_ = 0;
            next_start_ = Clock::now();
            is_news = true;
        }
        child.has_answered = true;
    } else if (end == End::stuck && is_live) {
        child.is_stuck = true;
        child.phase = Phase::leaving;
    } else if (child.phase == Phase::ready && (end == End::cancelled || run == child.run)) {
        child.phase = Phase::unsure;
        is_news = true;
    }
    if (is_news || (child.phase == Phase::leaving && child.in_flight == 0)) wake_.signal();
    if (child.phase == Phase::ready && waiting_ > 0) changed_.notify_one();
}

// The one with the least to do; of those the first, so that the last ones become idle.
std::shared_ptr<ProcessPool::Child> ProcessPool::free_child() const {
    std::shared_ptr<Child> best;
    for (const std::shared_ptr<Child>& child : children_)
        if (child->phase == Phase::ready && child->in_flight < options_.load &&
            (!best || child->in_flight < best->in_flight))
            best = child;
    return best;
}

// Nothing runs, and it will not be tried again soon.
bool ProcessPool::is_hopeless() const {
    if (failures_ < options_.start_failures || Clock::now() >= next_start_) return false;
    for (const std::shared_ptr<Child>& child : children_)
        if (child->phase != Phase::due) return false;
    return true;
}

std::string ProcessPool::why_none() const {
    std::size_t running = 0;
    for (const std::shared_ptr<Child>& child : children_)
        if (child->phase == Phase::ready || child->phase == Phase::unsure) ++running;
    if (running == 0) return program_name() + " is not ready: " + why_not_;
    return "all " + std::to_string(running) + " children of " + program_name() + " are busy";
}

std::string ProcessPool::program_name() const {
    return "the program \"" + options_.command + '"';
}

// Under the mutex, so that the last word is the true one.
void ProcessPool::tell_change() {
    if (!options_.changed || is_first_start_) return;
    bool is_ready = failures_ == 0;
    for (const std::shared_ptr<Child>& child : children_)
        is_ready = is_ready || child->phase == Phase::ready || child->phase == Phase::unsure;
    const std::string obstacle = is_ready ? "" : why_not_;
    if (told_ == obstacle) return;
    told_ = obstacle;
    options_.changed(obstacle);
}

}  // namespace turngate

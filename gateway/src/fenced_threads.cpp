#include "fenced_threads.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace turngate {
namespace {

constexpr std::chrono::hours for_ever{24 * 365};

// Of one piece of work; both who does it and who waits for it have it.
struct Fence {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool is_done = false;
    bool is_left = false;
};

}  // namespace

// How much work there is.
class FencedThreads::State {
  public:
    explicit State(FenceLimits limits) : limits_(std::move(limits)) {}

    StuckThreads stuck;

    // False if there is as much as may be.
    bool take() {
        const std::lock_guard lock(mutex_);
        if (at_work_ >= limits_.most) return false;
        ++at_work_;
        return true;
    }
    void give_back() {
        const std::lock_guard lock(mutex_);
        --at_work_;
    }

    // What has time until then is left behind, ...
    void leave(Clock::time_point until) {
        const std::lock_guard lock(mutex_);
        left_.insert(until);
        stuck.add();
    }
    // ... and returns after all.
    void forget(Clock::time_point until) {
        const std::lock_guard lock(mutex_);
        left_.erase(left_.find(until));
        stuck.remove();
    }

    // Who was left behind because nobody waited any more may have become late since.
    void look() {
        {
            const std::lock_guard lock(mutex_);
            const auto late = static_cast<std::size_t>(
                std::distance(left_.begin(), left_.upper_bound(Clock::now())));
            if (left_.empty() || (late < limits_.most_late && left_.size() < limits_.most)) return;
        }
        if (limits_.exhausted) limits_.exhausted();
    }

  private:
    const FenceLimits limits_;
    std::mutex mutex_;  // of what follows
    std::size_t at_work_ = 0;
    std::multiset<Clock::time_point> left_;
};

FencedThreads::FencedThreads(FenceLimits limits)
    : state_(std::make_shared<State>(std::move(limits))) {}

const StuckThreads& FencedThreads::stuck() const noexcept {
    return state_->stuck;
}

FencedThreads::End FencedThreads::run(std::function<void()> work,
                                      std::optional<Clock::time_point> until, std::stop_token stop,
                                      std::chrono::milliseconds grace) {
    state_->look();
    if (!state_->take()) return End::refused;
    const auto end = until.value_or(Clock::now() + for_ever);
    const auto fence = std::make_shared<Fence>();
    // Who has all the time of the world is not to be waited for that long by others.
    std::optional<StuckThreads::Expected> expected;
    try {
        if (until) expected.emplace(state_->stuck, *until);
        std::thread([fence, end, state = state_, work = std::move(work)]() mutable {
            work();
            work = {};  // what it owns ends before anybody is told
            const std::lock_guard lock(fence->mutex);
            fence->is_done = true;
            if (fence->is_left) state->forget(end);
            state->give_back();
            fence->changed.notify_all();
        }).detach();
    } catch (...) {
        state_->give_back();
        throw;
    }

    {
        std::unique_lock lock(fence->mutex);
        const auto is_done = [&] { return fence->is_done; };
        fence->changed.wait_until(lock, std::move(stop), end, is_done);
        // The time is over, or nobody waits for the answer any more.
        if (!fence->is_done)
            fence->changed.wait_until(lock, std::min(end, Clock::now() + grace), is_done);
        if (fence->is_done) return End::returned;
        state_->leave(end);
        fence->is_left = true;
    }
    state_->look();
    return End::left_behind;
}

}  // namespace turngate

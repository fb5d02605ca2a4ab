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
constexpr std::chrono::seconds kept_idle{10};

}  // namespace

// A thread, and what it is to do next. Whoever wakes it has it, too: it is told when others may
// lock already, so that a thread that is woken is not held up by who has woken it.
struct FencedThreads::Worker {
    std::condition_variable wake;
    std::function<void()> work = {};
    std::shared_ptr<Fence> fence = {};       // of the work; null: there is none
    std::shared_ptr<Worker> next = nullptr;  // of those that are idle
};

// How much work there is, and who has none.
class FencedThreads::State {
  public:
    using Left = std::multiset<Clock::time_point>;  // when those are late

    explicit State(FenceLimits limits) : limits_(std::move(limits)) {}

    StuckThreads stuck;

    // False if there is as much as may be.
    bool take() noexcept {
        const std::lock_guard lock(mutex_);
        if (at_work_ >= limits_.most) return false;
        ++at_work_;
        return true;
    }
    // What was taken has ended, and was left behind as `left` if that is present. Whoever did it is
    // idle from now on: there are never more threads than there was work at once.
    void give_back(std::optional<Left::iterator> left, std::shared_ptr<Worker> idle) noexcept {
        const std::lock_guard lock(mutex_);
        --at_work_;
        if (idle) {
            idle->next = std::move(idle_);
            idle_ = std::move(idle);
        }
        if (!left) return;
        left_.erase(*left);
        stuck.remove();
    }

    // Gives an idle thread something to do. False if there is none, and nothing has happened.
    bool hand_over(std::function<void()>& work, const std::shared_ptr<Fence>& fence) noexcept {
        std::shared_ptr<Worker> worker;
        {
            const std::lock_guard lock(mutex_);
            if (!idle_) return false;
            worker = std::move(idle_);
            idle_ = std::move(worker->next);
            worker->work.swap(work);
            worker->fence = fence;
        }
        worker->wake.notify_one();
        return true;
    }

    // Until there is something to do for who is idle. False if it is to end.
    bool wait(Worker& worker) {
        std::unique_lock lock(mutex_);
        worker.wake.wait_for(lock, kept_idle, [&] { return worker.fence || is_over_; });
        if (worker.fence) return true;
        std::shared_ptr<Worker>* at = &idle_;
        while (at->get() != &worker)
            at = &(*at)->next;
        *at = std::move(worker.next);
        return false;
    }

    // Nobody has anything to do any more.
    void finish() noexcept {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
        for (Worker* one = idle_.get(); one; one = one->next.get())
            one->wake.notify_one();
    }

    // Of what has time until then; `node` is not empty.
    Left::iterator leave(Left::node_type node, Clock::time_point until) noexcept {
        node.value() = std::min(until, Clock::now() + limits_.longest);
        const std::lock_guard lock(mutex_);
        stuck.add();
        return left_.insert(std::move(node));
    }

    // Who was left behind because nobody waited any more may have become late since.
    void look() noexcept {
        {
            const std::lock_guard lock(mutex_);
            const auto late = static_cast<std::size_t>(
                std::distance(left_.begin(), left_.upper_bound(Clock::now())));
            if (left_.empty() || (late < limits_.most_late && left_.size() < limits_.most)) return;
        }
        try {
            if (limits_.exhausted) limits_.exhausted();
        } catch (...) {  // the next one who looks calls it again
        }
    }

  private:
    const FenceLimits limits_;
    std::mutex mutex_;  // of what follows
    std::size_t at_work_ = 0;
    Left left_;
    std::shared_ptr<Worker> idle_;  // the last to become so first
    bool is_over_ = false;
};

// One piece of work; both who does it and who waits for it have it. It has all the memory that it
// needs from the start, for once the work runs nothing may fail.
class FencedThreads::Fence {
  public:
    explicit Fence(std::shared_ptr<State> state)
        : state_(std::move(state)), node_(make_node()), is_counted_(state_->take()) {}
    Fence(const Fence&) = delete;
    Fence& operator=(const Fence&) = delete;
    ~Fence() { give_back(nullptr); }

    bool is_refused() const noexcept { return !is_counted_; }  // before it begins

    // `worker` has done it, and may have the next work at once.
    void end(const std::shared_ptr<Worker>& worker) noexcept {
        {
            const std::lock_guard lock(mutex_);
            is_done_ = true;
            give_back(worker);
        }
        changed_.notify_one();
    }

    // Whether it has ended. It is left behind if not.
    bool wait(Clock::time_point until, std::stop_token stop, std::chrono::milliseconds grace) {
        const std::stop_callback unwanted(std::move(stop), [&] {
            {
                const std::lock_guard lock(mutex_);
                is_unwanted_ = true;
            }
            changed_.notify_one();
        });
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, until, [&] { return is_done_ || is_unwanted_; });
        // The time is over, or nobody waits for the answer any more.
        if (!is_done_)
            changed_.wait_until(lock, std::min(until, Clock::now() + grace),
                                [&] { return is_done_; });
        if (!is_done_) left_ = state_->leave(std::move(node_), until);
        return is_done_;
    }

  private:
    static State::Left::node_type make_node() {
        State::Left one = {Clock::time_point()};
        return one.extract(one.begin());
    }
    void give_back(std::shared_ptr<Worker> idle) noexcept {
        if (std::exchange(is_counted_, false)) state_->give_back(left_, std::move(idle));
    }

    const std::shared_ptr<State> state_;
    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    State::Left::node_type node_;  // until it is left behind
    std::optional<State::Left::iterator> left_;
    bool is_counted_;
    bool is_done_ = false;
    bool is_unwanted_ = false;
};

FencedThreads::FencedThreads(FenceLimits limits)
    : state_(std::make_shared<State>(std::move(limits))) {}

FencedThreads::~FencedThreads() {
    state_->finish();
}

// What a thread does: this, and whatever comes while it is kept.
void FencedThreads::work(const std::shared_ptr<State>& state, const std::shared_ptr<Worker>& self) {
    do {
        std::exchange(self->work, {})();  // what it owns ends before anybody is told
        std::exchange(self->fence, {})->end(self);
    } while (state->wait(*self));
}

const StuckThreads& FencedThreads::stuck() const noexcept {
    return state_->stuck;
}

FencedThreads::End FencedThreads::run(std::function<void()> work,
                                      std::optional<Clock::time_point> until, std::stop_token stop,
                                      std::chrono::milliseconds grace) {
    state_->look();
    const auto fence = std::make_shared<Fence>(state_);
    if (fence->is_refused()) return End::refused;
    // Who has all the time of the world is not to be waited for that long by others.
    std::optional<StuckThreads::Expected> expected;
    if (until) expected.emplace(state_->stuck, *until);
    if (!state_->hand_over(work, fence)) {
        const auto worker = std::make_shared<Worker>();
        worker->work = std::move(work);
        worker->fence = fence;
        std::thread([state = state_, worker] { FencedThreads::work(state, worker); }).detach();
    }
    if (fence->wait(until.value_or(Clock::now() + for_ever), std::move(stop), grace))
        return End::returned;
    state_->look();
    return End::left_behind;
}

}  // namespace turngate

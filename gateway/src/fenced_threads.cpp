#include "fenced_threads.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace turngate {
namespace {

// Of one piece of work; both who does it and who waits for it have it.
struct Fence {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool is_done = false;
    bool is_left = false;
};

}  // namespace

bool FencedThreads::run(std::function<void()> work, Clock::time_point until, std::stop_token stop,
                        std::chrono::milliseconds grace) {
    const auto fence = std::make_shared<Fence>();
    std::thread([fence, left_behind = left_behind_, work = std::move(work)]() mutable {
        work();
        work = {};  // what it owns ends before anybody is told
        const std::lock_guard lock(fence->mutex);
        fence->is_done = true;
        if (fence->is_left) left_behind->remove();
        fence->changed.notify_all();
    }).detach();

    std::unique_lock lock(fence->mutex);
    const auto is_done = [&] { return fence->is_done; };
    fence->changed.wait_until(lock, std::move(stop), until, is_done);
    // The time is over, or nobody waits for the answer any more.
    if (!fence->is_done)
        fence->changed.wait_until(lock, std::min(until, Clock::now() + grace), is_done);
    if (fence->is_done) return true;
    fence->is_left = true;
    left_behind_->add();
    return false;
}

}  // namespace turngate

#include "renewal.h"

#include <algorithm>
#include <utility>

namespace turngate {

Renewal::Renewal(RenewalOptions options)
    : options_(std::move(options)), at_work_([this] { look(); }) {}

void Renewal::equip(HttpOptions& options) {
    observers_.add(connections_);
    if (options.observer) observers_.add(*options.observer);
    options.observer = &observers_;
}

// The thread is there before it is wanted: then the stuck ones may have all that there are.
void Renewal::watch(ListeningDoor& door) {
    thread_ = std::jthread([this, &door](const std::stop_token& over) { run(over, door); });
}

bool Renewal::begin() noexcept {
    const bool is_first = !has_begun_.exchange(true);
    look();
    return is_first;
}

void Renewal::look() noexcept {
    if (!has_begun_) return;
    { const std::lock_guard lock(mutex_); }  // who has looked already waits by then
    changed_.notify_all();
}

void Renewal::door_has_ended() {
    if (!has_begun_) return;
    {
        const std::lock_guard lock(mutex_);
        has_door_ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

// Nobody is at work but those that are stuck.
bool Renewal::is_quiet() const noexcept {
    return std::cmp_less_equal(at_work_.count(), options_.hold_door ? options_.stuck.count() : 0);
}

// Nobody is connected but they, and all others have their answers.
bool Renewal::is_empty() const noexcept {
    return is_quiet() && std::cmp_less_equal(connections_.count(), options_.stuck.count());
}

void Renewal::run(const std::stop_token& over, ListeningDoor& door) {
    using Clock = StuckThreads::Clock;
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, over, [&] { return has_begun_.load(); })) return;
    changed_.wait_for(lock, over, options_.patience, [&] { return has_door_ended_ || is_quiet(); });
    lock.unlock();
    if (over.stop_requested()) return;
    door.finish();
    lock.lock();
    const auto last = std::max(Clock::now(), options_.stuck.last_expected());
    changed_.wait_until(lock, over, last + options_.patience,
                        [&] { return has_door_ended_ || (options_.hold_door && is_empty()); });
    lock.unlock();
    if (!over.stop_requested()) options_.start();
}

}  // namespace turngate

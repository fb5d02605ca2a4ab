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

// Who has time of its own may end sooner, and who has read its request until then begins with one.
void Renewal::wait_for_rest(std::unique_lock<std::mutex>& lock, const std::stop_token& over) {
    using Clock = StuckThreads::Clock;
    const auto begun = Clock::now();
    const auto latest = begun + options_.longest;
    const auto is_over = [&] { return has_door_ended_ || (options_.hold_door && is_empty()); };
    const auto end = [&] {
        return std::clamp(options_.stuck.last_expected(), begun, latest) + options_.patience;
    };
    for (bool is_news = true; is_news && !is_over() && !over.stop_requested();) {
        const auto until = end();
        is_news =
            changed_.wait_until(lock, over, until, [&] { return is_over() || end() != until; });
    }
}

void Renewal::run(const std::stop_token& over, ListeningDoor& door) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, over, [&] { return has_begun_.load(); })) return;
    changed_.wait_for(lock, over, options_.patience, [&] { return has_door_ended_ || is_quiet(); });
    lock.unlock();
    if (over.stop_requested()) return;
    door.finish();
    lock.lock();
    wait_for_rest(lock, over);
    lock.unlock();
    if (!over.stop_requested()) options_.start();
}

}  // namespace turngate

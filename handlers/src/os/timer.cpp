#include <turngate/os/timer.h>

namespace turngate {

Timer::Alarm::~Alarm() {
    std::lock_guard lock(timer_.mutex_);
    timer_.alarms_.erase(key_);
}

Timer::Alarm Timer::request_stop_at(Clock::time_point when, std::stop_source source) {
    std::lock_guard lock(mutex_);
    // First, for if there is no thread to be had the alarm must not stay behind.
    if (!thread_.joinable())
        thread_ = std::jthread([this](const std::stop_token& end) { run(end); });
    const Key key{when, ++count_};
    alarms_.emplace(key, std::move(source));
    if (when < awake_at_) changed_.notify_one();
    return {*this, key};
}

void Timer::run(const std::stop_token& end) {
    std::unique_lock lock(mutex_);
    while (!end.stop_requested()) {
        if (alarms_.empty() || alarms_.begin()->first.first > Clock::now()) {
            const auto until =
                alarms_.empty() ? Clock::time_point::max() : alarms_.begin()->first.first;
            awake_at_ = until;
            const auto is_sooner = [&] {
                return !alarms_.empty() && alarms_.begin()->first.first < until;
            };
            if (alarms_.empty())
                changed_.wait(lock, end, is_sooner);
            else
                changed_.wait_until(lock, end, until, is_sooner);
            awake_at_ = Clock::time_point::min();
        } else {
            std::stop_source source = std::move(alarms_.begin()->second);
            alarms_.erase(alarms_.begin());
            lock.unlock();
            source.request_stop();  // runs callbacks, which may take their time
            lock.lock();
        }
    }
}

}  // namespace turngate

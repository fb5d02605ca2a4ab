// Deadlines: one thread that asks work to stop when its time is over.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace turngate {

// Thread-safe. Its thread starts with the first alarm and ends with the timer.
class Timer {
    using Clock = std::chrono::steady_clock;
    using Key = std::pair<Clock::time_point, std::uint64_t>;

  public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // Takes its alarm back when it goes out of scope, fired or not. The timer must outlive it.
    class Alarm {
      public:
        Alarm(Timer& timer, Key key) : timer_(timer), key_(key) {}
        Alarm(const Alarm&) = delete;
        Alarm& operator=(const Alarm&) = delete;
        ~Alarm();

      private:
        Timer& timer_;
        Key key_;
    };

    // Calls source.request_stop() at `when`, from the timer's thread.
    [[nodiscard]] Alarm request_stop_at(Clock::time_point when, std::stop_source source);

  private:
    void run(const std::stop_token& end);

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<Key, std::stop_source> alarms_;  // by time, then in the order they were set
    std::uint64_t count_ = 0;
    // When the thread looks again by itself: alarms that are taken back do not wake it, and later
    // ones need not, so that one alarm a request costs no switch of threads.
    Clock::time_point awake_at_ = Clock::time_point::min();
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace turngate

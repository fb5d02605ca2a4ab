// The next start of a program, some threads of which are held by handlers that do not end.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>

#include "observe/observers.h"
#include "requests_at_work.h"
#include "stuck_threads.h"
#include <turngate/doors/http.h>

namespace turngate {

// Of handlers that have threads of their own, for the log.
inline constexpr std::string_view exhausted_text =
    "too many handlers go on that nobody waits for any more: the program starts anew";

struct RenewalOptions {
    // Whose handlers nobody waits for. Must outlive the renewal.
    const StuckThreads& stuck;
    // Whether those hold up requests, each a connection, and so the end of the door; else they have
    // threads of their own.
    bool hold_door = false;
    // How long it serves on for want of a moment at which nobody else is at work, and how long it
    // waits, once the time of all others is over or they have ended, for what has none of its own:
    // a body that drips in, a task behind an answer.
    std::chrono::milliseconds patience;
    // How long it waits at most for those that have time of their own: clients say how much, and
    // nobody else is served meanwhile.
    std::chrono::milliseconds longest = std::chrono::minutes(15);
    // The program anew, or the end of the process, from another thread: see renew_process(). It
    // need not return.
    std::function<void()> start;
};

// Once it has begun it waits for such a moment, then stops the door, lets all requests that have
// begun end or be late, within RenewalOptions, and starts. Whoever is told to stop meanwhile ends
// as ever.
class Renewal {
  public:
    explicit Renewal(RenewalOptions options);
    Renewal(const Renewal&) = delete;
    Renewal& operator=(const Renewal&) = delete;

    // `handler`, whose requests it waits for. It must not outlive this.
    HandlerPtr watched(HandlerPtr handler) const { return at_work_.watched(std::move(handler)); }

    // For who holds the door: puts itself before the observer that is there. The door must not
    // outlive this.
    void equip(HttpOptions& options);

    // Before begin(), once. Throws std::system_error.
    void watch(ListeningDoor& door);

    // From any thread. Later calls do nothing, and return false.
    bool begin() noexcept;

    // From any thread: what it waits for may have come.
    void look() noexcept;

    // If it has begun it starts now, and this does not return if that does not. Else does nothing.
    void door_has_ended();

  private:
    class Connections final : public DoorObserver {
      public:
        explicit Connections(Renewal& renewal) : renewal_(renewal) {}
        void connected() noexcept override { ++count_; }
        void disconnected() noexcept override {
            --count_;
            renewal_.look();
        }
        int count() const noexcept { return count_; }

      private:
        Renewal& renewal_;
        std::atomic<int> count_ = 0;
    };

    bool is_quiet() const noexcept;
    bool is_empty() const noexcept;
    void wait_for_rest(std::unique_lock<std::mutex>& lock, const std::stop_token& over);
    void run(const std::stop_token& over, ListeningDoor& door);

    const RenewalOptions options_;
    const RequestsAtWork at_work_;
    Connections connections_{*this};
    Observers observers_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::atomic<bool> has_begun_ = false;
    bool has_door_ended_ = false;
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace turngate

// The end of a process that has little time for it, whatever still runs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "requests_at_work.h"
#include <turngate/doors/door.h>

namespace turngate {

// Build it before all that may take its time to end: it watches until its destructor.
class LastStand {
  public:
    // `last_words` is called before the process ends, with the number of requests that are at work
    // still. It need not return.
    LastStand(std::chrono::milliseconds time, std::function<void(int at_work)> last_words)
        : time_(time), last_words_(std::move(last_words)) {}
    LastStand(const LastStand&) = delete;
    LastStand& operator=(const LastStand&) = delete;

    // From any thread: after its time the process ends with status 0, and says what still ran.
    // Programs that were started die with it. Once; later calls do nothing.
    void begin() noexcept;

    // `handler`, so that requests at work in it can be told from tasks that come after them.
    HandlerPtr watched(HandlerPtr handler) const { return at_work_.watched(std::move(handler)); }

    // `door`, whose stop() is the beginning. Both must outlive it.
    std::unique_ptr<ListeningDoor> watched(ListeningDoor& door);

  private:
    void abandon();

    const std::chrono::milliseconds time_;
    const std::function<void(int at_work)> last_words_;
    const RequestsAtWork at_work_;
    std::mutex mutex_;
    std::jthread thread_;
};

}  // namespace turngate

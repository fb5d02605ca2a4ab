// The end of a process that has little time for it, whatever still runs.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include <turngate/doors/door.h>

namespace turngate {

class VercelIpc;

// Build it before all that may take its time to end: it watches until its destructor.
class LastStand {
  public:
    // `ipc` must outlive this.
    LastStand(VercelIpc& ipc, std::chrono::milliseconds time) : ipc_(ipc), time_(time) {}
    LastStand(const LastStand&) = delete;
    LastStand& operator=(const LastStand&) = delete;

    // From any thread: after its time the process ends with status 0, and says what still ran.
    // Programs that were started die with it. Once; later calls do nothing.
    void begin() noexcept;

    // `handler`, so that requests at work in it can be told from tasks that come after them.
    HandlerPtr watched(HandlerPtr handler) const;

    // `door`, whose stop() is the beginning. Both must outlive it.
    std::unique_ptr<ListeningDoor> watched(ListeningDoor& door);

  private:
    void abandon();

    VercelIpc& ipc_;
    const std::chrono::milliseconds time_;
    const std::shared_ptr<std::atomic<int>> at_work_ = std::make_shared<std::atomic<int>>(0);
    std::mutex mutex_;
    std::jthread thread_;
};

}  // namespace turngate

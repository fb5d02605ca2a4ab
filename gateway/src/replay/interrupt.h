// Ctrl-C and the like: ends a run in good order.
#pragma once

#include <atomic>

#include <turngate/os/fd.h>

namespace turngate::replay {

// While it lives, the first SIGINT or SIGTERM is told here; a second one ends the process. One that
// is ignored, as nohup and a script's background jobs have it, stays so. One at a time.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    // Readable from the moment a signal has come, or somebody has woken those who wait.
    int fd() const noexcept { return told_.fd(); }
    // The signal; 0 if none has come.
    int signal() const noexcept { return signal_.load(std::memory_order_relaxed); }

    // Ends the waiting for events and handlers as a signal would, for a run that is over.
    void wake() const noexcept { told_.signal(); }

    // As if the signal had come. Safe in a signal handler.
    void raise(int signal) noexcept;

  private:
    os::WakeUp told_;
    std::atomic<int> signal_{0};
};

}  // namespace turngate::replay

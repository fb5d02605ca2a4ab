// Ctrl-C and the like: ends a run in good order.
#pragma once

#include <atomic>

namespace turngate::replay {

// While it lives, the first SIGINT or SIGTERM is told here; a second one ends the process. One at a
// time.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    // Readable from the moment a signal has come.
    int fd() const noexcept { return fd_; }
    // The signal; 0 if none has come.
    int signal() const noexcept { return signal_.load(std::memory_order_relaxed); }

    // As if the signal had come. Safe in a signal handler.
    void raise(int signal) noexcept;

  private:
    int fd_ = -1;
    std::atomic<int> signal_{0};
};

}  // namespace turngate::replay

// The last words of a process that crashes while Lambda waits for an answer.
#pragma once

#include <memory>
#include <string_view>

namespace turngate {

struct CrashSlot;

// One for each worker, made on its thread, for as long as it lives: a fatal signal, and an
// exception that nobody catches, in whatever thread, is sent for every invocation at work, and then
// takes its course. At most 256 at once are heard; more are silent. Handlers of signals that were
// there come next. A stack that has overflowed is heard of on the threads of workers.
class CrashReport {
  public:
    CrashReport();
    CrashReport(const CrashReport&) = delete;
    CrashReport& operator=(const CrashReport&) = delete;
    ~CrashReport();

    // From now on `head` goes to the socket `fd`, then a Content-Length and the error as JSON.
    void begin(int fd, std::string_view head) noexcept;

    // A response is on its way by the same socket, which the error ends instead.
    void streams() noexcept;

    // The worker answers by itself now.
    void end() noexcept;

  private:
    CrashSlot* slot_ = nullptr;      // null: all are taken
    std::unique_ptr<char[]> stack_;  // for signals; null: the thread has one
};

}  // namespace turngate

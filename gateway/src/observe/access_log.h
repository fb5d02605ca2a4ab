// A line for each request that has ended.
#pragma once

#include <atomic>

#include "observe/log.h"
#include <turngate/doors/door.h>

namespace turngate {

// Attached to the context of the first request of this process.
struct ColdStart {};

// Attached by whoever makes an event of a request: its shape, "apigw-v2"; a literal.
struct EventShape {
    std::string_view name;
};

struct AccessLogOptions {
    bool query = false;  // else the path alone: queries hold secrets
};

class AccessLog final : public DoorObserver {
  public:
    // `log` must outlive it.
    explicit AccessLog(Log& log, AccessLogOptions options = {}) : log_(log), options_(options) {}

    void refused(int status) noexcept override;
    void began(Request& request) noexcept override;
    void ended(const Request& request, const Outcome& outcome,
               std::chrono::steady_clock::duration elapsed) noexcept override;

  private:
    Log& log_;
    const AccessLogOptions options_;
    std::atomic<bool> is_warm_ = false;
};

}  // namespace turngate

// Which requests a function has, and what it says about each.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "host/ipc_message.h"

namespace turngate::host {

// A line for the developer, without its end.
struct Line {
    // `output` is what the function prints, as it stands, `report` what its platform does.
    enum class Kind { request, answer, log, output, report, fetch, end, lifecycle, breach };

    Kind kind{};
    std::uint64_t request = 0;  // its number; 0: of none
    std::string text;
};

// Thread-safe. Lines are told in the order of what they tell, one at a time.
class Ledger {
  public:
    using Clock = std::chrono::steady_clock;
    using Tell = std::function<void(const Line& line)>;  // must not throw

    explicit Ledger(Tell tell) : tell_(std::move(tell)) {}

    // A request has come: what the function is told about it.
    IpcContext begin(std::string_view method, std::string_view target);

    // It has been answered, with so many bytes; or why not, and then `status` is what the client
    // sees in its place.
    void answered(const IpcContext& context, int status, std::uint64_t bytes,
                  std::string_view problem);

    // It goes to the function now, which is to end it.
    void passed_on(const IpcContext& context);

    // It has not got as far as that.
    void refused(const IpcContext& context, int status, std::string_view problem);

    // A function is started, of which server-started comes first.
    void starting();
    void take(const IpcMessage& message);

    // The function says no more. Requests that have not ended never will.
    void finished();

    void say(Line::Kind kind, std::string text);

    // The function broke the protocol.
    void breach(std::string text, std::uint64_t request = 0);

    // Tells of requests whose answer is long out and that have not ended. If they are too many, the
    // oldest of them are forgotten.
    void look(Clock::time_point now);

    std::uint64_t requests() const;
    std::uint64_t breaches() const;

  private:
    struct Entry {
        Clock::time_point begun;
        std::optional<Clock::time_point> answered{};
        std::optional<Clock::time_point> ended{};
        std::string invocation_id;
        bool is_passed_on = false;
        bool is_late = false;  // and has been told so
    };

    // REQUIRES of each: the mutex is locked.
    void tell(Line::Kind kind, std::uint64_t request, std::string text);
    void tell_breach(std::uint64_t request, std::string text);
    Entry* find(const IpcContext& context, std::string_view what);
    void take_end(const IpcMessage& message);
    void settle(std::uint64_t request);

    const Tell tell_;
    mutable std::mutex mutex_;
    std::map<std::uint64_t, Entry> open_;  // by request id
    std::uint64_t requests_ = 0;
    std::uint64_t breaches_ = 0;
    bool has_started_ = false;
};

}  // namespace turngate::host

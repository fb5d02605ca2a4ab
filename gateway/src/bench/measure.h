// What a handler does under load.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "replay/histogram.h"
#include "replay/interrupt.h"
#include "replay/placeholders.h"
#include "replay/result.h"
#include <turngate/events/answer.h>
#include <turngate/http/handler.h>

namespace turngate::bench {

struct Load {
    std::vector<std::string> events;  // JSON texts, sent one after the other, again and again
    HandlerPtr handler;
    events::AnswerOptions answer = {};
    replay::Variables variables = {};        // of placeholders in events
    bool is_elsewhere = false;               // what cannot be reached is the target itself
    unsigned concurrency = 1;                // events at work at once
    double rate = 0;                         // events a second; 0: as fast as they are answered
    std::uint64_t limit = 0;                 // events; 0: no limit
    std::chrono::nanoseconds duration = {};  // zero: until the limit
    std::chrono::nanoseconds timeout = {};   // of an event; zero: none
};

struct Measured {
    std::uint64_t events = 0;       // that were answered, or failed
    std::uint64_t errors = 0;       // of those
    std::uint64_t unreachable = 0;  // of those: the target is not there
    std::chrono::nanoseconds seconds{};
    replay::Histogram latencies = {};              // from the moment an event was sent
    std::optional<replay::Punctuality> pace = {};  // with a rate: from the moment it was due
    std::map<int, std::uint64_t> statuses = {};
    std::map<std::string, std::uint64_t> problems = {};  // why there were errors; the first kinds
    std::chrono::microseconds user{};  // of this process and of children that have ended
    std::chrono::microseconds system{};
    int signal = 0;  // that ended it early

    // 0, 1 after errors, 4 where the target was not there, 128 + the signal.
    int exit_status() const noexcept;
    double per_second() const noexcept;
};

// Sends events as `load` says, each when it is due whatever the answers do, as long as one of
// load.concurrency workers is free; else as soon as one is. An event is an error if its handler
// fails, throws, is too late, or has no reply to it. Ends early at `interrupt`, without the events
// at work. `progress` is called now and then with the numbers of events and errors, by the calling
// thread. REQUIRES: there is an event, and load.limit or load.duration is set. Throws
// std::system_error if no worker can be started.
Measured measure(const Load& load, const replay::Interrupt& interrupt,
                 const std::function<void(std::uint64_t events, std::uint64_t errors)>& progress);

}  // namespace turngate::bench

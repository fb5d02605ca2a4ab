// Holds each event back until it is due.
#include "replay/pacer.h"

#include <ctime>
#include <exception>
#include <poll.h>
#include <sys/prctl.h>

#include "replay/golden_file.h"
#include "replay/recorded_time.h"

namespace turngate::replay {
namespace {

constexpr std::string_view no_time =
    "says nowhere when it was recorded, which --pace recorded needs (requestContext.timeEpoch or "
    ".requestTimeEpoch, timeEpoch, X-Amzn-Trace-Id)";

}  // namespace

void wake_in_time() noexcept {
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

bool wait_until(std::chrono::steady_clock::time_point due, const Interrupt& interrupt) noexcept {
    for (;;) {
        const std::chrono::nanoseconds rest = due - std::chrono::steady_clock::now();
        if (rest.count() <= 0) return true;
        const timespec timeout{rest.count() / 1'000'000'000, rest.count() % 1'000'000'000};
        pollfd over{interrupt.fd(), POLLIN, 0};
        if (::ppoll(&over, 1, &timeout, nullptr) > 0) return false;
    }
}

Pacer::Clock::time_point Pacer::due(Batch& batch) {
    Item& item = batch.items.front();
    if (!is_sent_(batch, item)) return Clock::now();
    if (!begin_) begin_ = Clock::now();
    if (!is_recorded_) return *begin_ + schedule_.next();
    if (const auto time = time_of(batch, item)) return *begin_ + schedule_.next(*time);
    item.event = batch.add(no_time);
    item.hint = batch.add("--rate needs no times");
    item.kind = Item::Kind::problem;
    return Clock::now();
}

std::optional<std::chrono::microseconds> Pacer::time_of(const Batch& batch, const Item& item) {
    if (item.kind == Item::Kind::text) return recorded_time(batch[item.event]);
    try {
        if (!read_unpacked(std::string(batch[item.name]), text_, limit_)) return std::nullopt;
    } catch (const std::exception&) {  // it has gone, or changed, since it was looked at
        return std::nullopt;
    }
    return recorded_time(text_);
}

}  // namespace turngate::replay

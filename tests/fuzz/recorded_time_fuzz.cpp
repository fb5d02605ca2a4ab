// Any bytes as an event: a time that is told is one of the calendar, and a schedule of such times
// never goes back.
// covers: gateway/src/replay/recorded_time.cpp
// covers: gateway/src/replay/schedule.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "replay/recorded_time.h"
#include "replay/schedule.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using turngate::replay::recorded_time;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    turngate::replay::Schedule schedule({.factor = 3});
    std::chrono::nanoseconds last{};
    for (std::size_t begin = 0; begin <= text.size();) {  // an event a line
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (const auto time = recorded_time(text.substr(begin, end - begin))) {
            require(time->count() > 0 && time->count() < 253'402'300'800'000'000);
            const auto due = schedule.next(*time);
            require(due >= last);
            last = due;
        }
        begin = end + 1;
    }
    return 0;
}

// What every request needs.
#include "net/surroundings.h"

#include <array>
#include <chrono>
#include <cstring>
#include <ctime>
#include <random>
#include <utility>

#include <turngate/http/date.h>

namespace turngate::net {
namespace {

// 15 hexadecimal digits, for a request that has no id: so many fit into a string without memory of
// its own.
std::string new_request_id() {
    thread_local std::mt19937_64 random(std::random_device{}());
    // Eight digits at once: each nibble in a byte of its own, then '0' to '9' or 'a' to 'f'.
    std::array<std::uint64_t, 2> digits{};
    const std::uint64_t number = random();
    for (unsigned half = 0; half < 2; ++half) {
        std::uint64_t x = number >> (32 * half) & 0xFFFF'FFFF;
        x = (x | x << 16) & 0x0000'FFFF'0000'FFFF;
        x = (x | x << 8) & 0x00FF'00FF'00FF'00FF;
        x = (x | x << 4) & 0x0F0F'0F0F'0F0F'0F0F;
        const std::uint64_t letters = (x + 0x0606'0606'0606'0606) >> 4 & 0x0101'0101'0101'0101;
        digits[half] = x + 0x3030'3030'3030'3030 + letters * ('a' - '0' - 10);
    }
    return {reinterpret_cast<const char*>(digits.data()), 15};
}

}  // namespace

HandlerPtr Surroundings::handler_for(std::string_view path) const {
    if (is_health(path)) {
        static const HandlerPtr health = to_handler([](Request&) { return text("OK"); });
        return health;
    }
    if (is_operation(path)) return options.operations;
    return handler.load();
}

Outcome answer(Surroundings& door, const Handler& handler, Request& request, ResponseSink& sink,
               std::stop_token stop) {
    using Clock = std::chrono::steady_clock;
    const bool is_health = door.is_health(request.url.path);
    DoorObserver* const observer = is_health ? nullptr : door.options.observer;
    const auto began = observer ? Clock::now() : Clock::time_point();
    Context& context = request.context;
    if (context.request_id.empty()) context.request_id = new_request_id();
    context.reporter = is_health ? nullptr : door.options.reporter;
    context.stop = std::move(stop);
    if (handler.may_migrate()) context.parking = &door.parking;
    if (observer) observer->began(request);
    ResponseWriter response(sink, request.method);
    Outcome outcome = serve(handler, request, response);
    if (observer) observer->ended(request, outcome, Clock::now() - began);
    if (!request.body.arrived()) request.body = {};  // it reads from the sink, which ends soon
    return outcome;
}

std::string_view date_now() {
    thread_local std::time_t second = 0;
    thread_local std::string text;
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    if (time.tv_sec != second) {
        second = time.tv_sec;
        text = http_date(std::chrono::sys_seconds(std::chrono::seconds(second)));
    }
    return text;
}

}  // namespace turngate::net

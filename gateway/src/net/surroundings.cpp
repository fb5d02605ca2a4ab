// Small facts that every request needs.
#include "net/surroundings.h"

#include <ctime>
#include <random>

#include <turngate/http/date.h>

namespace turngate::net {

std::string new_request_id() {
    thread_local std::mt19937_64 random(std::random_device{}());
    std::uint64_t number = random();
    std::string text(16, '0');
    for (char& c : text) {
        c = "0123456789abcdef"[number & 15];
        number >>= 4;
    }
    return text;
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

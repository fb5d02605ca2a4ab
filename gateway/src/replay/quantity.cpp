// Durations and rates as people read them.
#include "replay/quantity.h"

#include <array>
#include <charconv>

namespace turngate::replay {

std::string fixed(double value, int digits) {
    std::array<char, 400> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value,
                                            std::chars_format::fixed, digits);
    return error == std::errc{} ? std::string(text.data(), end) : std::string("?");
}

std::string duration_text(std::chrono::nanoseconds duration, bool unicode) {
    const auto n = static_cast<double>(duration.count());
    if (n < 1e3) return fixed(n, 0) + " ns";
    if (n < 1e6) return fixed(n / 1e3, n < 99'950 ? 1 : 0) + (unicode ? " µs" : " us");
    if (n < 1e9) return fixed(n / 1e6, n < 99'950'000 ? 1 : 0) + " ms";
    return fixed(n / 1e9, 1) + " s";
}

std::string rate_text(double per_second) {
    return fixed(per_second, per_second < 10 ? 1 : 0) + "/s";
}

std::string count_text(std::uint64_t n, const char* what) {
    return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

}  // namespace turngate::replay

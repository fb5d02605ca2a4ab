#include "cli/value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace turngate::cli {
namespace {

// Takes "1", "1.5" or ".5" from the front of `text`.
std::optional<double> take_decimal(std::string_view& text) noexcept {
    std::size_t n = 0;
    bool digits = false, point = false;
    for (; n < text.size(); ++n) {
        if (text[n] >= '0' && text[n] <= '9')
            digits = true;
        else if (text[n] == '.' && !point)
            point = true;
        else
            break;
    }
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + n, value);
    if (!digits || error != std::errc() || end != text.data() + n) return std::nullopt;
    text.remove_prefix(n);
    return value;
}

std::string_view take_letters(std::string_view& text) noexcept {
    std::size_t n = 0;
    while (n < text.size() && ((text[n] | 0x20) >= 'a' && (text[n] | 0x20) <= 'z'))
        ++n;
    std::string_view letters = text.substr(0, n);
    text.remove_prefix(n);
    return letters;
}

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array<Unit, 9> duration_units = {{{"ns", 1},
                                                 {"us", 1e3},
                                                 {"ms", 1e6},
                                                 {"s", 1e9},
                                                 {"m", 60e9},
                                                 {"min", 60e9},
                                                 {"h", 3600e9},
                                                 {"d", 86400e9},
                                                 {"sec", 1e9}}};

constexpr std::array<Unit, 14> size_units = {{{"", 1},
                                              {"b", 1},
                                              {"k", 0x1p10},
                                              {"m", 0x1p20},
                                              {"g", 0x1p30},
                                              {"t", 0x1p40},
                                              {"kb", 1e3},
                                              {"mb", 1e6},
                                              {"gb", 1e9},
                                              {"tb", 1e12},
                                              {"kib", 0x1p10},
                                              {"mib", 0x1p20},
                                              {"gib", 0x1p30},
                                              {"tib", 0x1p40}}};

template <std::size_t N>
std::optional<double> factor(const std::array<Unit, N>& units, std::string_view name) noexcept {
    for (const Unit& unit : units)
        if (unit.name == name) return unit.factor;
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) noexcept {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept {
    if (text == "0") return std::chrono::nanoseconds(0);
    if (text.empty()) return std::nullopt;
    double sum = 0;
    while (!text.empty()) {
        auto amount = take_decimal(text);
        if (!amount) return std::nullopt;
        auto unit = factor(duration_units, take_letters(text));
        if (!unit) return std::nullopt;
        sum += *amount * *unit;
    }
    if (!(sum < 0x1p63)) return std::nullopt;
    return std::chrono::nanoseconds(std::llround(sum));
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
    auto amount = take_decimal(text);
    if (!amount) return std::nullopt;
    if (text.size() > 1 && text[0] == ' ') text.remove_prefix(1);
    std::array<char, 4> lower{};
    if (text.size() >= lower.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i)
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
    auto unit = factor(size_units, std::string_view(lower.data(), text.size()));
    if (!unit) return std::nullopt;
    double bytes = *amount * *unit;
    if (!(bytes < 0x1p63)) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(bytes));
}

std::string duration_text(std::chrono::milliseconds time) {
    return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + 's'
                                    : std::to_string(time.count()) + "ms";
}

}  // namespace turngate::cli

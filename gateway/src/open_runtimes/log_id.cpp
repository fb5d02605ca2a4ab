#include "open_runtimes/log_id.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <random>

namespace turngate {
namespace {

constexpr std::size_t longest = 128;
constexpr std::uint32_t seven_digits = 0xfff'ffff;

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

}  // namespace

std::string fresh_log_id(std::chrono::system_clock::time_point time) {
    using std::chrono::milliseconds;
    thread_local std::mt19937 random(std::random_device{}());
    const auto since = std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
    std::array<char, 32> text;
    const int size = std::snprintf(text.data(), text.size(), "%08llx%05llx%07x",
                                   static_cast<unsigned long long>(since / 1000) & 0xffff'ffffull,
                                   static_cast<unsigned long long>(since % 1000),
                                   static_cast<unsigned>(random() & seven_digits));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string file_safe(std::string_view id) {
    std::string out(id.substr(0, longest));
    for (char& c : out)
        if (!is_plain(c)) c = '_';
    if (out.starts_with('.')) out.front() = '_';
    return out;
}

}  // namespace turngate

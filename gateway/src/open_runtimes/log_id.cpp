#include "open_runtimes/log_id.h"

#include <cstdint>
#include <random>
#include <span>

namespace turngate {
namespace {

constexpr std::size_t longest = 128;

// The last digits of `number`, as many as fit.
void write_hex(std::span<char> into, std::uint64_t number) noexcept {
    for (std::size_t i = into.size(); i-- > 0; number >>= 4)
        into[i] = "0123456789abcdef"[number & 15];
}

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

}  // namespace

std::string fresh_log_id(std::chrono::system_clock::time_point time) {
    using std::chrono::milliseconds;
    thread_local std::mt19937 random(std::random_device{}());
    const auto since = std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
    std::string out(20, '0');
    write_hex(std::span(out).subspan(0, 8), static_cast<std::uint64_t>(since / 1000));
    write_hex(std::span(out).subspan(8, 5), static_cast<std::uint64_t>(since % 1000));
    write_hex(std::span(out).subspan(13, 7), random());
    return out;
}

std::string file_safe(std::string_view id) {
    std::string out(id.substr(0, longest));
    for (char& c : out)
        if (!is_plain(c)) c = '_';
    if (out.starts_with('.')) out.front() = '_';
    return out;
}

}  // namespace turngate

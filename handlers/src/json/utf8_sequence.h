// Steps through bytes that may or may not be UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace turngate {

// The length of the well-formed sequence (Unicode 15, table 3-7) that `bytes` begins with, or 0.
inline std::size_t utf8_sequence(std::string_view bytes) noexcept {
    const auto at = [bytes](std::size_t i) -> unsigned char {
        return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
    };
    const auto follows = [at](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
    const unsigned char first = at(0), second = at(1);
    if (first < 0x80) return bytes.empty() ? 0 : 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && second < 0x90;
        const bool too_high = first == 0xF4 && second > 0x8F;
        return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
    }
    return 0;
}

}  // namespace turngate

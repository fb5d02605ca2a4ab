// Scans JSON text: for what a string must escape (quotes, backslashes and control characters), and
// over white space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace turngate {

// The first byte of [p, end) that cannot stand in a JSON string as it is, or `end`. UTF-8 is not
// looked at. SSE2 is part of x86-64, so nothing is chosen at run time.
inline const char* end_of_plain(const char* p, const char* end) noexcept {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F);
    for (; end - p >= 16; p += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        const __m128i stops = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control));
        if (const int mask = _mm_movemask_epi8(stops)) return p + __builtin_ctz(unsigned(mask));
    }
#endif
    while (p != end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) > 0x1F)
        ++p;
    return p;
}

// True if the 8 bytes at `p` are ASCII, and a JSON string can hold them as they are.
inline bool is_plain_ascii(const char* p) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    // Subtracting sets the top bit of a byte that is too small; what comes of its borrow stands
    // above such a byte, and does not change the answer.
    const std::uint64_t quotes = word ^ ones * '"', backslashes = word ^ ones * '\\';
    const std::uint64_t stops = ((quotes - ones) & ~quotes) |
                                ((backslashes - ones) & ~backslashes) |
                                ((word - ones * 0x20) & ~word) | word;
    return (stops & ones * 0x80) == 0;
}

// The same of [p, end): names, and most values.
inline bool is_plain_ascii(const char* p, const char* end) noexcept {
    constexpr std::ptrdiff_t step = sizeof(std::uint64_t);
    if (end - p < step) {
        while (p != end && static_cast<signed char>(*p) > 0x1F && *p != '"' && *p != '\\')
            ++p;
        return p == end;
    }
    for (; end - p > step; p += step)
        if (!is_plain_ascii(p)) return false;
    return is_plain_ascii(end - step);  // overlaps the one before
}

// The first byte of [p, end) that is not white space (RFC 8259 section 2), or `end`.
inline char* end_of_white(char* p, const char* end) noexcept {
    const auto is_white = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
#ifdef __SSE2__
    // A line's end is followed by the next one's indentation, as a rule.
    if (*p == '\n' && end - p > 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 1));
        const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
        p += 1 + __builtin_ctz(~unsigned(mask));
    }
#endif
    while (p != end && is_white(*p))
        ++p;
    return p;
}

}  // namespace turngate

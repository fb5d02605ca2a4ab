// UTF-8 validation and cutting: wide steps over ASCII, a branchless automaton over the rest.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <turngate/http/encoding.h>
#include <turngate/http/utf8.h>

namespace turngate {
namespace {

// A state is the shift that selects its 6 bits of an entry, so a step is one load and one shift,
// whatever the byte: text that mixes scripts mispredicts nothing.
enum State : std::uint64_t {
    accept = 0,
    reject = 6,
    tail1 = 12,     // one continuation byte to come
    tail2 = 18,     // two
    tail3 = 24,     // three
    after_e0 = 30,  // then A0..BF: no overlong form
    after_ed = 36,  // then 80..9F: no surrogate
    after_f0 = 42,  // then 90..BF: no overlong form
    after_f4 = 48,  // then 80..8F: nothing past U+10FFFF
};

constexpr State next(State from, unsigned byte) {
    auto in = [byte](unsigned low, unsigned high) { return byte >= low && byte <= high; };
    switch (from) {
        case accept:
            if (in(0x00, 0x7F)) return accept;
            if (in(0xC2, 0xDF)) return tail1;
            if (byte == 0xE0) return after_e0;
            if (byte == 0xED) return after_ed;
            if (in(0xE1, 0xEF)) return tail2;
            if (byte == 0xF0) return after_f0;
            if (in(0xF1, 0xF3)) return tail3;
            if (byte == 0xF4) return after_f4;
            return reject;
        case tail1:
            return in(0x80, 0xBF) ? accept : reject;
        case tail2:
            return in(0x80, 0xBF) ? tail1 : reject;
        case tail3:
            return in(0x80, 0xBF) ? tail2 : reject;
        case after_e0:
            return in(0xA0, 0xBF) ? tail1 : reject;
        case after_ed:
            return in(0x80, 0x9F) ? tail1 : reject;
        case after_f0:
            return in(0x90, 0xBF) ? tail2 : reject;
        case after_f4:
            return in(0x80, 0x8F) ? tail2 : reject;
        case reject:
            break;
    }
    return reject;
}

constexpr std::array<std::uint64_t, 256> steps = [] {
    std::array<std::uint64_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        for (State from :
             {accept, reject, tail1, tail2, tail3, after_e0, after_ed, after_f0, after_f4})
            table[byte] |= static_cast<std::uint64_t>(next(from, byte)) << from;
    }
    return table;
}();

std::uint64_t run(std::uint64_t state, const char* bytes, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        state = steps[static_cast<unsigned char>(bytes[i])] >> (state & 63);
    return state & 63;
}

constexpr std::size_t block = 32;

// True if the `block` bytes at `p` are all ASCII.
bool is_ascii_block(const char* p) {
#ifdef __SSE2__
    __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16));
    return _mm_movemask_epi8(_mm_or_si128(a, b)) == 0;
#else
    std::uint64_t words[block / 8];
    std::memcpy(words, p, block);
    return ((words[0] | words[1] | words[2] | words[3]) & 0x8080'8080'8080'8080) == 0;
#endif
}

// True if these fewer than `block` bytes are all ASCII: names of headers, and small bodies.
bool is_short_ascii(const char* p, std::size_t count) {
    std::uint64_t seen = 0, word = 0;
    if (count < sizeof word) {
        for (std::size_t i = 0; i < count; ++i)
            seen |= static_cast<unsigned char>(p[i]);
    } else {
        for (std::size_t i = 0; i + sizeof word < count; i += sizeof word) {
            std::memcpy(&word, p + i, sizeof word);
            seen |= word;
        }
        std::memcpy(&word, p + count - sizeof word, sizeof word);
        seen |= word;
    }
    return (seen & 0x8080'8080'8080'8080) == 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
    const char* p = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t state = accept;
    for (; left >= 4 * block; p += 4 * block, left -= 4 * block) {
        if (!is_ascii_block(p) || !is_ascii_block(p + block) || !is_ascii_block(p + 2 * block) ||
            !is_ascii_block(p + 3 * block))
            break;
    }
    for (; left >= block; p += block, left -= block) {
        if (state == accept && is_ascii_block(p)) continue;
        state = run(state, p, block);
        if (state == reject) return false;
    }
    if (state == accept && is_short_ascii(p, left)) return true;
    return run(state, p, left) == accept;
}

std::size_t whole_utf8(std::string_view bytes) noexcept {
    for (std::size_t n = 1; n <= std::min<std::size_t>(bytes.size(), 3); ++n) {
        const std::string_view last = bytes.substr(bytes.size() - n);
        if ((static_cast<unsigned char>(last.front()) & 0xC0) == 0x80) continue;
        const std::uint64_t state = run(accept, last.data(), n);
        return state == accept || state == reject ? bytes.size() : bytes.size() - n;
    }
    return bytes.size();
}

}  // namespace turngate

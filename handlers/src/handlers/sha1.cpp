// Of our own, because a library for it would be most of what a program has to load: see
// docs/decisions/0009.
#include "sha1.h"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace turngate {
namespace {

constexpr std::size_t block_size = 64;

using State = std::array<std::uint32_t, 5>;

std::uint32_t big_endian(const char* bytes) noexcept {
    const auto at = [bytes](std::size_t i) -> std::uint32_t {
        return static_cast<unsigned char>(bytes[i]);
    };
    return at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
}

// Section 6.1.2. The schedule is kept in 16 words that are overwritten in turn.
void add_block(State& state, const char* block) noexcept {
    std::array<std::uint32_t, 16> words;
    for (std::size_t t = 0; t < 16; ++t)
        words[t] = big_endian(block + 4 * t);
    std::uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    const auto step = [&](std::size_t t, std::uint32_t f, std::uint32_t constant) {
        std::uint32_t& word = words[t % 16];
        if (t >= 16)
            word = std::rotl(
                words[(t + 13) % 16] ^ words[(t + 8) % 16] ^ words[(t + 2) % 16] ^ word, 1);
        const std::uint32_t next = std::rotl(a, 5) + f + e + constant + word;
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    };
    std::size_t t = 0;
    for (; t < 20; ++t)
        step(t, (b & c) | (~b & d), 0x5a827999);
    for (; t < 40; ++t)
        step(t, b ^ c ^ d, 0x6ed9eba1);
    for (; t < 60; ++t)
        step(t, (b & c) | (b & d) | (c & d), 0x8f1bbcdc);
    for (; t < 80; ++t)
        step(t, b ^ c ^ d, 0xca62c1d6);
    const State added = {a, b, c, d, e};
    for (std::size_t i = 0; i < state.size(); ++i)
        state[i] += added[i];
}

}  // namespace

Sha1Digest sha1(std::string_view bytes) noexcept {
    State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};  // section 5.3.1
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    for (; bytes.size() >= block_size; bytes.remove_prefix(block_size))
        add_block(state, bytes.data());

    // Section 5.1.1: a bit, zeros, and the length in bits, in one or two blocks.
    std::array<char, 2 * block_size> end{};
    bytes.copy(end.data(), bytes.size());
    end[bytes.size()] = '\x80';
    const std::size_t size = bytes.size() + 9 > block_size ? 2 * block_size : block_size;
    for (std::size_t i = 0; i < 8; ++i)
        end[size - 1 - i] = static_cast<char>(bits >> (8 * i) & 0xff);
    for (std::size_t at = 0; at < size; at += block_size)
        add_block(state, end.data() + at);

    Sha1Digest digest;
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<char>(state[i / 4] >> (24 - 8 * (i % 4)) & 0xff);
    return digest;
}

}  // namespace turngate

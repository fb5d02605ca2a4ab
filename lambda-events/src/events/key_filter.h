// Two members of one name: noticed at the price of a few instructions a name, and found.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace turngate::events {

namespace detail {

template <typename Word>
constexpr Word read_word(const char* at) noexcept {
    std::array<char, sizeof(Word)> bytes{};
    for (std::size_t i = 0; i < sizeof(Word); ++i)
        bytes[i] = at[i];
    return std::bit_cast<Word>(bytes);
}

}  // namespace detail

// Of the length and both ends: names of one object seldom share all three. The upper bits are the
// better ones.
constexpr std::uint64_t name_hash(std::string_view name) noexcept {
    std::uint64_t first = 0, last = 0;
    const char* const end = name.data() + name.size();
    if (name.size() >= 8) {
        first = detail::read_word<std::uint64_t>(name.data());
        last = detail::read_word<std::uint64_t>(end - 8);
    } else if (name.size() >= 4) {
        first = detail::read_word<std::uint32_t>(name.data());
        last = detail::read_word<std::uint32_t>(end - 4);
    } else {
        for (char c : name)
            first = first << 8 | static_cast<unsigned char>(c);
    }
    const std::uint64_t mixed = (first ^ name.size()) * 0x9E3779B97F4A7C15 ^ last;
    return (mixed ^ mixed >> 32) * 0xC2B2AE3D27D4EB4F;
}

// A Bloom filter (two bits of one word a name) over the members of any number of objects. Twins are
// always noticed; with the forty names of an event it suspects one event in a hundred wrongly.
class KeyFilter {
  public:
    // True if a member of `object`, a number of its own, may have had the name of this hash before.
    bool add(std::uint64_t name, std::uint32_t object) noexcept {
        const std::uint64_t hash = name + object * 0xD6E8FEB86659FD93;
        const std::uint64_t bits = std::uint64_t{1} << (hash >> 52 & 63) | std::uint64_t{1}
                                                                               << (hash >> 46 & 63);
        std::uint64_t& word = words_[hash >> 58];
        const bool was_set = (word & bits) == bits;
        word |= bits;
        return was_set;
    }

  private:
    std::array<std::uint64_t, 64> words_{};
};

// Of names that are views into one text, one that stands there before, too; null if all differ.
// Sorts rather than hashes: names chosen to collide change nothing.
inline std::string_view find_twin(std::vector<std::string_view> names) {
    std::sort(names.begin(), names.end(), [](std::string_view a, std::string_view b) {
        const int order = a.compare(b);
        return order != 0 ? order < 0 : a.data() < b.data();
    });
    const auto twin = std::adjacent_find(names.begin(), names.end());
    return twin == names.end() ? std::string_view() : *std::next(twin);
}

}  // namespace turngate::events

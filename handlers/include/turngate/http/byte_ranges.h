// Parts of a representation that a client asks for (RFC 9110 section 14).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace turngate {

// Both ends belong to it.
struct ByteRange {
    std::uint64_t first;
    std::uint64_t last;

    std::uint64_t size() const noexcept { return last - first + 1; }
    // "bytes 0-99/1234", a Content-Range.
    std::string content_range(std::uint64_t complete) const;

    bool operator==(const ByteRange&) const = default;
};

struct RangeChoice {
    enum class Kind {
        whole,          // no Range that is understood: answer as if there were none
        partial,        // 206 with `ranges`
        unsatisfiable,  // 416
    };
    Kind kind = Kind::whole;
    std::vector<ByteRange> ranges = {};  // not empty if partial; in the order they were asked for

    bool operator==(const RangeChoice&) const = default;
};

// A client that asks for more at once is refused, as section 14.2 allows.
inline constexpr std::size_t most_ranges = 16;
inline constexpr std::size_t most_overlapping_ranges = 2;

// What the value of a Range field asks for of a representation of `size` bytes. Ranges that overlap
// or touch are made one, so that no answer is longer than the representation and its parts' heads.
RangeChoice choose_ranges(std::string_view range, std::uint64_t size);

}  // namespace turngate

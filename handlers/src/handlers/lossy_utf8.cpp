#include "lossy_utf8.h"

#include <cstddef>
#include <string_view>

#include <turngate/http/encoding.h>

namespace turngate {
namespace {

// The range of the byte that may follow `first`, table 3-7: neither overlong forms nor surrogates,
// nothing past U+10FFFF.
bool may_follow(unsigned char first, unsigned char second) {
    const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return low <= second && second <= high;
}

struct Sequence {
    std::size_t size;  // of the sequence, or of as much as could have become one; not 0
    bool whole;
};

// What `bytes`, not empty, begins with.
Sequence first_sequence(std::string_view bytes) {
    const auto at = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char first = at(0);
    if (first < 0x80) return {1, true};
    if (first < 0xC2 || first > 0xF4) return {1, false};
    const std::size_t wanted = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::size_t size = 1;
    while (size < wanted && size < bytes.size() &&
           (size == 1 ? may_follow(first, at(1)) : (at(size) & 0xC0) == 0x80))
        ++size;
    return {size, size == wanted};
}

}  // namespace

std::string lossy_utf8(std::string bytes) {
    if (is_utf8(bytes)) return bytes;
    std::string out;
    out.reserve(bytes.size() + 16);
    for (std::string_view rest = bytes; !rest.empty();) {
        const auto [size, whole] = first_sequence(rest);
        out += whole ? rest.substr(0, size) : std::string_view("\xEF\xBF\xBD");
        rest.remove_prefix(size);
    }
    return out;
}

}  // namespace turngate

// UTF-8: the fast check agrees with one that decodes code point by code point.
// covers: handlers/src/http/utf8.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <turngate/http/encoding.h>

using namespace turngate;

namespace {

// Straight from Unicode 15, section 3.9: decode, then judge the code point.
bool is_well_formed(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        const auto lead = static_cast<unsigned char>(s[i++]);
        if (lead < 0x80) continue;
        const int tail = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC0 || lead > 0xF7) return false;
        std::uint32_t code = lead & (0x3Fu >> tail);
        for (int t = 0; t < tail; ++t) {
            if (i == s.size() || (s[i] & 0xC0) != 0x80) return false;
            code = code << 6 | (static_cast<unsigned char>(s[i++]) & 0x3Fu);
        }
        constexpr std::uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
        if (code < smallest[tail] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (is_utf8(input) != is_well_formed(input)) std::abort();

    // The same bytes across and behind the wide steps.
    const std::string shifted = std::string(size % 67, 'a') + std::string(input);
    if (is_utf8(shifted) != is_well_formed(input)) std::abort();
    return 0;
}

// Escaping of what is logged.
#include "observe/log_text.h"

#include <cstdint>

#include <turngate/http/encoding.h>

namespace turngate {
namespace {

constexpr char hex[] = "0123456789abcdef";
constexpr std::string_view ellipsis = "\xe2\x80\xa6";
constexpr std::string_view replacement = "\xef\xbf\xbd";

// What a terminal, a log viewer or JavaScript would obey instead of showing it.
bool acts(std::uint32_t c) noexcept {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0x061c ||
           c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

// The first character of `text`, or one byte of it that is none.
std::string_view first_of(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t n = lead < 0xc0 ? 1u : lead < 0xe0 ? 2u : lead < 0xf0 ? 3u : 4u;
    const std::string_view one = text.substr(0, n);
    return is_utf8(one) ? one : text.substr(0, 1);
}

// REQUIRES: `one` is one character in UTF-8.
std::uint32_t code_point(std::string_view one) noexcept {
    auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(one[i]));
    };
    if (one.size() == 1) return byte(0);
    std::uint32_t c = byte(0) & (0xffu >> (one.size() + 1));
    for (std::size_t i = 1; i < one.size(); ++i)
        c = (c << 6) | (byte(i) & 0x3f);
    return c;
}

void append_escape(std::string& out, std::uint32_t c) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += hex[(c >> shift) & 15];
}

bool is_plain(char c, bool is_json) noexcept {
    return c >= 0x20 && c < 0x7f && !(is_json && (c == '"' || c == '\\'));
}

void append(std::string& out, std::string_view text, std::size_t limit, bool is_json) {
    const std::size_t start = out.size();
    std::size_t whole = start;  // where the last character ends behind which the ellipsis fits
    while (!text.empty()) {
        const char c = text[0];
        if (is_plain(c, is_json)) {
            out += c;
            text.remove_prefix(1);
        } else {
            const std::string_view one = first_of(text);
            const bool is_valid = is_utf8(one);
            if (is_json && (c == '"' || c == '\\'))
                (out += '\\') += c;
            else if (!is_valid)
                out += replacement;
            else if (const std::uint32_t point = code_point(one); acts(point))
                append_escape(out, point);
            else
                out += one;
            text.remove_prefix(one.size());
        }
        if (out.size() - start > limit) {
            out.resize(whole);
            if (limit >= ellipsis.size()) out += ellipsis;
            return;
        }
        if (out.size() - start + ellipsis.size() <= limit) whole = out.size();
    }
}

}  // namespace

void append_json_text(std::string& out, std::string_view text, std::size_t limit) {
    append(out, text, limit, true);
}

void append_utf8(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::string_view one = first_of(text);
        out += is_utf8(one) ? one : replacement;
        text.remove_prefix(one.size());
    }
}

void append_plain_text(std::string& out, std::string_view text, std::size_t limit) {
    append(out, text, limit, false);
}

}  // namespace turngate

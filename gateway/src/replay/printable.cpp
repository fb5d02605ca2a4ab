// Foreign text on a terminal.
#include "replay/printable.h"

#include <algorithm>

#include <turngate/http/encoding.h>

namespace turngate::replay {
namespace {

bool continues(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

void append_escape(std::string& out, char c) {
    constexpr char hex[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
        out += "\\n";
        return;
    }
    out += "\\x";
    out += hex[byte >> 4];
    out += hex[byte & 15];
}

}  // namespace

std::string printable(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
        return std::string(text);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        std::size_t n = 1;
        while (n < 4 && i + n < text.size() && continues(text[i + n]))
            ++n;
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::string_view one = text.substr(i, lead < 0x80 ? 1 : n);
        // C1 controls are two bytes: c2 80 to c2 9f.
        const bool c1 =
            lead == 0xc2 && one.size() == 2 && static_cast<unsigned char>(one[1]) < 0xa0;
        if (lead < 0x20 || lead == 0x7f || c1 || !is_utf8(one)) {
            for (char c : one)
                append_escape(out, c);
        } else {
            out += one;
        }
        i += one.size();
    }
    return out;
}

std::size_t columns(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string clip(std::string_view text, std::size_t focus, std::size_t limit) {
    if (text.size() <= limit) return std::string(text);
    std::size_t begin = focus > limit / 3 ? focus - limit / 3 : 0;
    begin = std::min(begin, text.size() - limit);
    std::size_t end = begin + limit;
    while (begin > 0 && continues(text[begin]))
        --begin;
    while (end < text.size() && continues(text[end]))
        ++end;
    return (begin > 0 ? "…" : "") + std::string(text.substr(begin, end - begin)) +
           (end < text.size() ? "…" : "");
}

namespace {

// $'...' (POSIX.1-2024, 2.2.4), with every byte that is not printable ASCII in octal.
std::string escaped_word(std::string_view text) {
    std::string out = "$'";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            if (c == '\'' || c == '\\') out += '\\';
            out += c;
            continue;
        }
        out += '\\';
        for (int shift : {6, 3, 0})
            out += static_cast<char>('0' + (byte >> shift & 7));
    }
    return out + '\'';
}

}  // namespace

std::string shell_word(std::string_view text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos)
        return std::string(text);
    if (printable(text) != text) return escaped_word(text);
    std::string out = "'";
    for (char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + '\'';
}

std::string padded(std::string_view text, std::size_t width) {
    const std::size_t n = columns(text);
    return std::string(text) + std::string(n < width ? width - n : 0, ' ');
}

}  // namespace turngate::replay

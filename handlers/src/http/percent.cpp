// Percent-encoding (RFC 3986 section 2.1): which byte is literal where, as one table.
#include <array>
#include <cstddef>
#include <cstdint>

#include <turngate/http/encoding.h>

namespace turngate {
namespace {

enum Literal : std::uint8_t { anywhere = 1, in_path = 2, in_query = 4 };

constexpr std::array<std::uint8_t, 256> literal = [] {
    std::array<std::uint8_t, 256> table{};
    for (int c = 0x21; c < 0x7F; ++c)
        table[static_cast<std::size_t>(c)] = in_path | in_query;
    for (char c : std::string_view("\"<>\\^`{|}#%"))
        table[static_cast<unsigned char>(c)] = 0;
    table['?'] = in_query;
    for (char c : std::string_view("-._~0123456789abcdefghijklmnopqrstuvwxyz"
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        table[static_cast<unsigned char>(c)] |= anywhere;
    return table;
}();

bool is_literal(char c, Literal where) {
    return (literal[static_cast<unsigned char>(c)] & where) != 0;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// True if the '%' at `i` starts an escape.
bool is_escape(std::string_view s, std::size_t i) {
    return s.size() - i > 2 && hex_value(s[i + 1]) >= 0 && hex_value(s[i + 2]) >= 0;
}

void append_escaped(std::string& out, char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    auto byte = static_cast<unsigned char>(c);
    const char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};
    out.append(escape, sizeof escape);
}

// Copies what `keeps` holds for at once, and hands `escape` the position of each other byte.
template <typename Keeps, typename Escape>
std::string copy_or_escape(std::string_view s, Keeps keeps, Escape escape) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        const std::size_t begin = i;
        while (i < s.size() && keeps(i))
            ++i;
        out.append(s, begin, i - begin);
        if (i < s.size()) escape(out, s[i]);
    }
    return out;
}

std::string escape_rest(std::string_view s, Literal where) {
    return copy_or_escape(
        s,
        [&](std::size_t i) { return is_literal(s[i], where) || (s[i] == '%' && is_escape(s, i)); },
        append_escaped);
}

}  // namespace

std::string percent_decode(std::string_view s, bool plus_is_space) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '%' && is_escape(s, i)) {
            out += static_cast<char>(hex_value(s[i + 1]) * 16 + hex_value(s[i + 2]));
            i += 2;
        } else {
            out += plus_is_space && s[i] == '+' ? ' ' : s[i];
        }
    }
    return out;
}

std::string percent_encode(std::string_view s, bool space_is_plus) {
    return copy_or_escape(
        s, [&](std::size_t i) { return is_literal(s[i], anywhere); },
        [&](std::string& out, char c) {
            if (space_is_plus && c == ' ')
                out += '+';
            else
                append_escaped(out, c);
        });
}

std::string percent_escape_path(std::string_view path) {
    return escape_rest(path, in_path);
}

std::string percent_escape_query(std::string_view query) {
    return escape_rest(query, in_query);
}

}  // namespace turngate

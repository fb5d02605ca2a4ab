#include "place.h"

#include <turngate/json/json_reader.h>

namespace turngate::events {

std::string printable(std::string_view member) {
    constexpr std::size_t longest = 120;
    std::size_t size = member.size();
    if (size > longest)  // not within a character of UTF-8
        for (size = longest; size > 0 && (static_cast<unsigned char>(member[size]) & 0xC0) == 0x80;)
            --size;
    std::string out(member.substr(0, size));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        // U+0080 to U+009F are controls as well: a terminal takes U+009B for the start of a
        // command.
        const bool is_c1 =
            byte == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0;
        if (is_c1) out.erase(i, 1);
        if (is_c1 || byte < 0x20 || byte == 0x7f) out[i] = '?';
    }
    if (size < member.size()) out += "...";
    return out;
}

std::string Place::name(std::string_view member) const {
    if (prefix.empty()) return printable(member);
    std::string out(prefix);
    return member.empty() ? out : out + '.' + printable(member);
}

std::string Place::byte(std::uint32_t offset) const {
    std::string out = "byte " + std::to_string(begin + offset);
    return inside.empty() ? out : out + " of " + std::string(inside);
}

void Place::refuse(std::string_view member, std::string_view rule, std::uint32_t offset) const {
    throw JsonError(name(member) + ": " + std::string(rule) + " (" + byte(offset) + ')');
}

}  // namespace turngate::events

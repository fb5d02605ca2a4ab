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
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
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

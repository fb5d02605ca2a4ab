// Where a JSON text stands in the event that is being decoded: how errors name member and byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace turngate::events {

// A member's name for an error message. Names of headers and parameters are the client's: nothing
// of them may break a line of a log, or fill it.
std::string printable(std::string_view member);

// A view: what it names must outlive it.
struct Place {
    std::string_view prefix = {};  // the member whose value the text is; empty: the event itself
    std::string_view inside = {};  // the member in whose text bytes are counted; empty: the event
    std::uint32_t begin = 0;       // where the text starts there

    // "body.path" for "path"; the prefix alone for the text itself, which has no name.
    std::string name(std::string_view member) const;

    // "byte 7", "byte 7 of body"; `offset` counts in the text.
    std::string byte(std::uint32_t offset) const;

    // Throws JsonError "`member`: `rule` (byte n)".
    [[noreturn]] void refuse(std::string_view member, std::string_view rule,
                             std::uint32_t offset) const;
};

}  // namespace turngate::events

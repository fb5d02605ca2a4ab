// How to mend what cannot be read or written.
#pragma once

#include <string_view>

#include <turngate/events/decode.h>

namespace turngate::replay {

// By its errno.
std::string_view reading_hint(int error) noexcept;
// The same of a file that is to be written.
std::string_view writing_hint(int error) noexcept;

// Of what was found, and is not there.
inline constexpr std::string_view gone_hint =
    "leave events alone while they are read; if it is a link, it leads nowhere";

// Of what is no regular file, of a line that is not there, of what is damaged under gzip, and of an
// expected reply that cannot be read.
inline constexpr std::string_view irregular_hint = "name a regular file";
inline constexpr std::string_view line_hint = "name a line that the file has";
inline constexpr std::string_view packed_hint = "gzip -t tells whether a file is whole";
inline constexpr std::string_view golden_hint =
    "make it a regular file that can be read, or move it away";

// Of an event that decode() refuses with `options`.
std::string_view event_hint(std::string_view json, events::DecodeOptions options);

}  // namespace turngate::replay

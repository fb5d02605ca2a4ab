// Foreign text in a log line: whatever it says, it stays one line and commands nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turngate {

// Appends `text` so that it takes at most `limit` bytes; what does not fit ends in "…". C0, DEL,
// C1, line and paragraph separators and the marks that turn the direction of writing are escaped
// as \u202e; so are quotes and backslashes, which makes it the inside of a JSON string. A byte
// that is not UTF-8 becomes U+FFFD.
void append_json_text(std::string& out, std::string_view text, std::size_t limit);

// The same for people: quotes and backslashes stand for themselves.
void append_plain_text(std::string& out, std::string_view text, std::size_t limit);

// Appends all of `text` as it is, but for bytes that are not UTF-8, each of which becomes U+FFFD.
void append_utf8(std::string& out, std::string_view text);

}  // namespace turngate

// Patterns for file names: what --only, --skip and quoted globs mean.
#pragma once

#include <string_view>

namespace turngate::replay {

// True if `text` has a character that makes it a pattern: * ? [ or {.
bool is_glob(std::string_view text) noexcept;

// True if `pattern` matches all of `path`. `*` and `?` stay within a segment, `**` crosses
// segments, `[a-z]` and `[!a-z]` are one character, `{a,b}` is either. A backslash takes the next
// character as it is. Runs in time proportional to pattern times path, whatever they hold.
bool glob_matches(std::string_view pattern, std::string_view path);

// What --only and --skip mean: a pattern without '/' is matched against the last segment, any other
// against the whole path and against every tail of it that begins at a segment.
bool glob_selects(std::string_view pattern, std::string_view path);

}  // namespace turngate::replay

// Foreign text on a terminal: nothing in it may act.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turngate::replay {

// `text` with control characters and bytes that are not UTF-8 as \xNN; a newline as \n.
std::string printable(std::string_view text);

// How many columns it takes, a code point a column.
std::size_t columns(std::string_view text) noexcept;

// At most about `limit` bytes of `text`, those around `focus`, with "…" where something is left
// out. Never cuts a character.
std::string clip(std::string_view text, std::size_t focus, std::size_t limit);

// As a word for a POSIX shell: quoted if it must be, and printable.
std::string shell_word(std::string_view text);

// `text`, then spaces to make it `width` columns.
std::string padded(std::string_view text, std::size_t width);

}  // namespace turngate::replay

// How to write to one stream: colour, glyphs and width.
#pragma once

#include <string>
#include <string_view>

#include "cli/environment.h"

namespace turngate::cli {

enum class Color { red, green, yellow, cyan, dim, bold, underline };
enum class Glyph { pass, fail, fresh, warning, dot, arrow };

// A value. Colour and glyph never carry a meaning alone.
struct Terminal {
    bool is_terminal = false;
    bool colored = false;
    bool unicode = false;
    int width = 80;

    // `text` in a colour, if colours are on.
    std::string paint(Color color, std::string_view text) const;
    // A sign, or a word where the locale is not UTF-8: "✓" or "ok".
    std::string_view glyph(Glyph glyph) const noexcept;
};

enum class ColorChoice { automatic, always, never };

// The stream `fd`. Colour, first match wins: `choice`, NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE,
// TERM=dumb, whether the stream is a terminal. UTF-8 by LC_ALL, LC_CTYPE, LANG.
Terminal detect_terminal(int fd, ColorChoice choice, const Environment& environment);

// Whether NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE says something.
bool says_color(const Environment& environment);

// The same with facts instead of a descriptor. `columns` <= 0: unknown.
Terminal make_terminal(bool is_terminal, int columns, ColorChoice choice,
                       const Environment& environment);

}  // namespace turngate::cli

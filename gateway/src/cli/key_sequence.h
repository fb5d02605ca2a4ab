// What of the bytes of a terminal is no key of its own.
#pragma once

#include <cstddef>

namespace turngate::cli {

// Keys that send several bytes, such as arrows, and what a terminal answers a program. ECMA-48:
// ESC [ parameters final (CSI), of older terminals ESC O letter (SS3), ESC blanks final, and texts
// up to ESC \ or, as xterm has it, BEL: ESC ] (OSC), ESC P (DCS), ESC X, ESC ^, ESC _. ESC and
// another character are what Alt sends.
class KeySequence {
  public:
    // Longer texts are none: what follows is keys.
    static constexpr std::size_t longest_text = 4096;

    // Whether `c` is a part of one. A control character that can be in none ends it, and is a key:
    // Ctrl-D always ends.
    bool takes(char c);

    // In a text, whose end may never come: Alt-P begins one, too.
    bool is_text() const noexcept { return state_ == State::text; }
    // Nothing more of it has come.
    void end() noexcept { state_ = State::none; }

  private:
    void begin(char c);

    enum class State { none, escape, parameters, last, text } state_ = State::none;
    std::size_t length_ = 0;  // of a text
};

}  // namespace turngate::cli

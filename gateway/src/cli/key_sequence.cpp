// What of the bytes of a terminal is no key of its own.
#include "cli/key_sequence.h"

#include <string_view>

namespace turngate::cli {

// Of the byte behind ESC.
void KeySequence::begin(char c) {
    constexpr std::string_view texts = "]PX^_";
    length_ = 0;
    if (c == '[')
        state_ = State::parameters;
    else if (c == 'O' || c == 'N')
        state_ = State::last;
    else if (texts.find(c) != texts.npos)
        state_ = State::text;
    else if (c < ' ' || c > '/')  // one of those comes before the last
        state_ = State::none;
}

bool KeySequence::takes(char c) {
    constexpr char bell = 7, delete_key = 0x7f;
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == delete_key;
    if (c == '\x1b') {
        state_ = State::escape;
        return true;
    }
    if (state_ == State::none) return false;
    if (state_ == State::text && c == bell) {
        state_ = State::none;
        return true;
    }
    if (is_control) {
        state_ = State::none;
        return false;
    }
    switch (state_) {
        case State::escape:
            begin(c);
            return true;
        case State::parameters:
            if (c >= '@' && c <= '~') state_ = State::none;
            return true;
        case State::last:
            state_ = State::none;
            return true;
        default:  // text
            if (++length_ == longest_text) state_ = State::none;
            return true;
    }
}

}  // namespace turngate::cli

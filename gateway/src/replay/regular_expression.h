// Regular expressions that are matched in linear time.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include <turngate/http/error.h>

namespace turngate::replay {

// What is wrong with an expression, and at which byte.
class BadExpression : public Error {
  public:
    using Error::Error;
};

// Characters, `.`, `[a-z]`, `[^a-z]`, `\d \w \s` and `\D \W \S`, `(a|b)`, `* + ? {m} {m,} {m,n}`,
// `^` and `$`. A backslash takes any punctuation as it is. There are no back-references and no
// look-around: all states are followed at once, and the time is the length of the text times that
// of the expression, whatever they hold. Texts are UTF-8; a class has ASCII characters only.
class RegularExpression {
  public:
    static constexpr std::size_t longest = 1000;      // bytes
    static constexpr std::size_t most_states = 4096;  // repetitions written out
    static constexpr int most_levels = 50;            // of groups

    // Throws BadExpression.
    explicit RegularExpression(std::string_view pattern);

    // True if it matches any part of `text`.
    bool found_in(std::string_view text) const;

  private:
    friend class ExpressionParser;

    struct State {
        enum class Kind : std::uint8_t { bytes, fork, jump, begin, end } kind;
        std::int32_t first = 0;   // where a jump and a fork lead to, from here
        std::int32_t second = 0;  // the other way of a fork
        std::bitset<256> bytes = {};
    };

    std::vector<State> states_;
};

}  // namespace turngate::replay

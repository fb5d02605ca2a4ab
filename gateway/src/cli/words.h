// Words that an option takes, where they are few and known.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace turngate::cli {

// A string literal as an argument of a template.
template <std::size_t N>
struct Literal {
    char text[N];

    constexpr Literal(const char (&from)[N]) { std::copy_n(from, N, text); }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

// For Option::choices: `.choices = words<"text", "json">`. The views last as long as the program.
template <Literal... literals>
std::vector<std::string_view> words() {
    return {literals.view()...};
}

}  // namespace turngate::cli

// The shortest way from one text to another, line by line.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace turngate::replay {

struct LineEdit {
    enum class Kind { same, removed, added } kind = Kind::same;
    std::string_view text = {};  // without its newline
    std::size_t before = 0;      // line number in the old text, from 1; for `added` the next one
    std::size_t after = 0;       // in the new text; for `removed` the next one
};

// Lines of a text; a newline at its end begins no further one.
std::vector<std::string_view> lines_of(std::string_view text);

// Myers' O(ND) comparison, in linear space. Past `effort` steps the rest is told as removed and
// added as a whole, so that no input takes long. The views point into the arguments.
std::vector<LineEdit> diff_lines(std::string_view before, std::string_view after,
                                 std::size_t effort = 20'000'000);

// Runs of edits with `context` same lines around them; pairs are [begin, end) into `edits`.
struct Hunk {
    std::size_t begin = 0;
    std::size_t end = 0;
};
std::vector<Hunk> hunks_of(const std::vector<LineEdit>& edits, std::size_t context = 3);

}  // namespace turngate::replay

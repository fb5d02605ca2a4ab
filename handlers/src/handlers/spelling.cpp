// Words that were meant.
#include <algorithm>
#include <vector>

#include <turngate/handlers/spelling.h>

namespace turngate {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Optimal string alignment: three rows of the Damerau-Levenshtein table.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t longest = 64;  // no name is longer, and the table is quadratic
    if (word.empty() || word.size() > longest) return {};
    std::string_view best;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (std::string_view candidate : candidates) {
        std::size_t d = edit_distance(word, candidate);
        if (d < least) {
            least = d;
            best = candidate;
        }
    }
    if (!best.empty() || word.size() < 3) return best;
    for (std::string_view candidate : candidates)  // "conv" for "convert"
        if (candidate.starts_with(word)) return candidate;
    return {};
}

}  // namespace turngate

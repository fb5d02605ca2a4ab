// The shortest way from one text to another: E. Myers, "An O(ND) Difference Algorithm and Its
// Variations" (1986), section 4b, the linear space refinement.
#include "replay/text_diff.h"

#include <algorithm>
#include <cstdint>

namespace turngate::replay {
namespace {

using Lines = std::vector<std::string_view>;
using Index = std::int64_t;

class Differ {
  public:
    Differ(const Lines& a, const Lines& b, std::size_t effort)
        : removed(a.size(), false), added(b.size(), false), a_(a), b_(b), effort_(effort) {}

    std::vector<bool> removed;
    std::vector<bool> added;

    void run() {
        // Ranges yet to be compared; a stack of our own, because they nest as deep as texts differ.
        std::vector<Range> todo = {{0, size(a_), 0, size(b_)}};
        while (!todo.empty()) {
            Range r = todo.back();
            todo.pop_back();
            while (r.a0 < r.a1 && r.b0 < r.b1 && at(a_, r.a0) == at(b_, r.b0))
                ++r.a0, ++r.b0;
            while (r.a0 < r.a1 && r.b0 < r.b1 && at(a_, r.a1 - 1) == at(b_, r.b1 - 1))
                --r.a1, --r.b1;
            Index x = 0, y = 0;
            if (r.a0 == r.a1 || r.b0 == r.b1 || !middle(r, x, y)) {
                std::fill(removed.begin() + r.a0, removed.begin() + r.a1, true);
                std::fill(added.begin() + r.b0, added.begin() + r.b1, true);
            } else {
                todo.push_back({r.a0, x, r.b0, y});
                todo.push_back({x, r.a1, y, r.b1});
            }
        }
    }

  private:
    struct Range {
        Index a0, a1, b0, b1;
    };

    static Index size(const Lines& lines) { return static_cast<Index>(lines.size()); }
    static std::string_view at(const Lines& lines, Index i) {
        return lines[static_cast<std::size_t>(i)];
    }

    // A point on a shortest path through the range, found where the searches from both ends meet.
    // False if the effort is used up.
    bool middle(const Range& r, Index& x_out, Index& y_out) {
        const Index n = r.a1 - r.a0, m = r.b1 - r.b0;
        const Index delta = n - m, most = (n + m + 1) / 2;
        const Index offset = most + 1;
        // How far along a each diagonal x - y = k has been followed from either end; -1: not at
        // all.
        forward_.assign(static_cast<std::size_t>(2 * offset + 1), -1);
        backward_ = forward_;
        auto f = [&](Index k) -> Index& { return forward_[static_cast<std::size_t>(k + offset)]; };
        auto g = [&](Index k) -> Index& { return backward_[static_cast<std::size_t>(k + offset)]; };
        // One edit further on diagonal k, within the range; -1 if no edit leads there.
        auto step = [&](auto& reached, Index k, Index d) -> Index {
            if (d == 0) return 0;
            const Index right = reached(k - 1), down = reached(k + 1);
            Index x = right >= 0 && right < n ? right + 1 : -1;
            if (down >= 0 && down - k <= m) x = std::max(x, down);
            return x;
        };
        for (Index d = 0; d <= most; ++d) {
            for (Index k = -d; k <= d; k += 2) {
                if (effort_ == 0) return false;
                --effort_;
                Index x = step(f, k, d);
                while (x >= 0 && x < n && x - k < m && at(a_, r.a0 + x) == at(b_, r.b0 + x - k))
                    ++x;
                f(k) = x;
                const Index other = delta - k;
                if (x >= 0 && delta % 2 != 0 && -d < other && other < d && g(other) >= 0 &&
                    x + g(other) >= n) {
                    x_out = r.a0 + x;
                    y_out = r.b0 + x - k;
                    return progress(r, x_out, y_out);
                }
            }
            for (Index k = -d; k <= d; k += 2) {
                if (effort_ == 0) return false;
                --effort_;
                Index x = step(g, k, d);
                while (x >= 0 && x < n && x - k < m &&
                       at(a_, r.a1 - 1 - x) == at(b_, r.b1 - 1 - x + k))
                    ++x;
                g(k) = x;
                const Index other = delta - k;
                if (x >= 0 && delta % 2 == 0 && -d <= other && other <= d && f(other) >= 0 &&
                    x + f(other) >= n) {
                    x_out = r.a1 - x;
                    y_out = r.b1 - x + k;
                    return progress(r, x_out, y_out);
                }
            }
        }
        return false;
    }

    // A split that leaves the range whole would go on for ever.
    static bool progress(const Range& r, Index x, Index y) {
        return !((x == r.a0 && y == r.b0) || (x == r.a1 && y == r.b1));
    }

    const Lines& a_;
    const Lines& b_;
    std::size_t effort_;
    std::vector<Index> forward_, backward_;
};

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return out;
}

std::vector<LineEdit> diff_lines(std::string_view before, std::string_view after,
                                 std::size_t effort) {
    const Lines a = lines_of(before), b = lines_of(after);
    Differ differ(a, b, effort);
    differ.run();
    std::vector<LineEdit> out;
    for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
        if (i < a.size() && differ.removed[i]) {
            out.push_back({LineEdit::Kind::removed, a[i], i + 1, j + 1});
            ++i;
        } else if (j < b.size() && differ.added[j]) {
            out.push_back({LineEdit::Kind::added, b[j], i + 1, j + 1});
            ++j;
        } else {
            out.push_back({LineEdit::Kind::same, a[i], i + 1, j + 1});
            ++i, ++j;
        }
    }
    return out;
}

std::vector<Hunk> hunks_of(const std::vector<LineEdit>& edits, std::size_t context) {
    std::vector<Hunk> out;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        if (edits[i].kind == LineEdit::Kind::same) continue;
        const std::size_t begin = i - std::min(i, context);
        const std::size_t end = std::min(edits.size(), i + 1 + context);
        if (!out.empty() && out.back().end >= begin)
            out.back().end = end;
        else
            out.push_back({begin, end});
    }
    return out;
}

}  // namespace turngate::replay

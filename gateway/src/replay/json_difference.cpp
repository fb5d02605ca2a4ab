// Where two JSON values differ.
#include <algorithm>
#include <utility>

#include "replay/compare.h"

namespace turngate::replay {
namespace {

using Kind = JsonTree::Kind;

// Recursion is bounded by the depth that JsonTree::parse() allows.
class Walker {
  public:
    Walker(const JsonTree& expected, const JsonTree& actual, const IgnoreRules& rules,
           std::size_t limit)
        : a_(expected), b_(actual), rules_(rules), limit_(limit) {}

    std::vector<Difference> differences;

    void compare(std::uint32_t i, std::uint32_t j) {
        if (full() || ignored()) return;
        const JsonTree::Node &x = a_[i], &y = b_[j];
        if (x.kind != y.kind) return put(i, j);
        switch (x.kind) {
            case Kind::null:
                return;
            case Kind::boolean:
                if (x.truth != y.truth) put(i, j);
                return;
            case Kind::number:
                if (!same_number(x.text, y.text)) put(i, j);
                return;
            case Kind::string:
                if (x.text != y.text) put(i, j);
                return;
            case Kind::array:
                return compare_arrays(i, j);
            case Kind::object:
                return compare_objects(i, j);
        }
    }

  private:
    void compare_arrays(std::uint32_t i, std::uint32_t j) {
        const std::uint32_t a_end = a_[i].next, b_end = b_[j].next;
        std::uint32_t x = i + 1, y = j + 1;
        path_.push_back({{}, 0, true});
        for (; (x < a_end || y < b_end) && !full(); ++path_.back().index) {
            if (x >= a_end) {
                only_actual(y);
            } else if (y >= b_end) {
                only_expected(x);
            } else {
                compare(x, y);
            }
            if (x < a_end) x = a_[x].next;
            if (y < b_end) y = b_[y].next;
        }
        path_.pop_back();
    }

    void compare_objects(std::uint32_t i, std::uint32_t j) {
        path_.push_back({});
        std::uint32_t x = i + 1, y = j + 1;
        const std::uint32_t a_end = a_[i].next, b_end = b_[j].next;
        // As long as the members are in the same order there is nothing to look up.
        while (x < a_end && y < b_end && a_[x].key == b_[y].key && !full()) {
            path_.back().key = a_[x].key;
            compare(x, y);
            x = a_[x].next;
            y = b_[y].next;
        }
        compare_unordered(x, a_end, y, b_end);
        path_.pop_back();
    }

    // Members by name; those of one name, which is bad style and valid JSON, in their order.
    void compare_unordered(std::uint32_t x, std::uint32_t a_end, std::uint32_t y,
                           std::uint32_t b_end) {
        auto sorted = [](const JsonTree& tree, std::uint32_t from, std::uint32_t end) {
            std::vector<std::uint32_t> out;
            for (; from < end; from = tree[from].next)
                out.push_back(from);
            std::stable_sort(out.begin(), out.end(), [&](std::uint32_t m, std::uint32_t n) {
                return tree[m].key < tree[n].key;
            });
            return out;
        };
        const auto as = sorted(a_, x, a_end), bs = sorted(b_, y, b_end);
        auto a = as.begin();
        auto b = bs.begin();
        while ((a != as.end() || b != bs.end()) && !full()) {
            const bool take_a = a != as.end() && (b == bs.end() || a_[*a].key <= b_[*b].key);
            const bool take_b = b != bs.end() && (a == as.end() || b_[*b].key <= a_[*a].key);
            path_.back().key = take_a ? a_[*a].key : b_[*b].key;
            if (take_a && take_b)
                compare(*a, *b);
            else if (take_a)
                only_expected(*a);
            else
                only_actual(*b);
            a += take_a;
            b += take_b;
        }
    }

    bool full() const { return differences.size() >= limit_; }
    bool ignored() const { return rules_.has_body_rules() && rules_.covers(path_); }

    void put(std::uint32_t i, std::uint32_t j) {
        Difference d{Difference::Part::json, pointer_text(path_), std::string(), std::string()};
        a_.print(i, *d.expected);
        b_.print(j, *d.actual);
        differences.push_back(std::move(d));
    }
    void only_expected(std::uint32_t i) {
        if (ignored()) return;
        Difference d{Difference::Part::json, pointer_text(path_), std::string(), {}};
        a_.print(i, *d.expected);
        differences.push_back(std::move(d));
    }
    void only_actual(std::uint32_t j) {
        if (ignored()) return;
        Difference d{Difference::Part::json, pointer_text(path_), {}, std::string()};
        b_.print(j, *d.actual);
        differences.push_back(std::move(d));
    }

    const JsonTree& a_;
    const JsonTree& b_;
    const IgnoreRules& rules_;
    std::size_t limit_;
    std::vector<PathSegment> path_;
};

}  // namespace

std::vector<Difference> json_differences(const JsonTree& expected, const JsonTree& actual,
                                         const IgnoreRules& rules, std::size_t limit) {
    Walker walker(expected, actual, rules, limit);
    walker.compare(0, 0);
    return std::move(walker.differences);
}

}  // namespace turngate::replay

// Regular expressions that are matched in linear time: Thompson's construction, all states at once.
#include "replay/regular_expression.h"

#include <charconv>
#include <optional>
#include <string>

namespace turngate::replay {

// Recursive descent. Jumps are relative, so that a part can be repeated by copying it.
class ExpressionParser {
  public:
    using State = RegularExpression::State;
    using Part = std::vector<State>;
    using Bytes = std::bitset<256>;

    explicit ExpressionParser(std::string_view pattern) : pattern_(pattern) {
        if (pattern.size() > RegularExpression::longest)
            throw BadExpression("has " + std::to_string(pattern.size()) +
                                " bytes, more than the limit of " +
                                std::to_string(RegularExpression::longest));
    }

    Part parse() {
        Part all = alternatives(0);
        if (at_ < pattern_.size()) fail("a ')' without its '('");
        return all;
    }

  private:
    bool more() const { return at_ < pattern_.size(); }
    char peek() const { return pattern_[at_]; }
    bool take(char c) {
        if (!more() || peek() != c) return false;
        ++at_;
        return true;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw BadExpression(what + " at byte " + std::to_string(at_ + 1));
    }

    static std::int32_t length(const Part& part) { return static_cast<std::int32_t>(part.size()); }

    void append(Part& to, const Part& part) const {
        if (to.size() + part.size() > RegularExpression::most_states)
            fail("more than " + std::to_string(RegularExpression::most_states) +
                 " states, with repetitions written out,");
        to.insert(to.end(), part.begin(), part.end());
    }

    Part alternatives(int level) {
        if (level > RegularExpression::most_levels)
            fail("more than " + std::to_string(RegularExpression::most_levels) +
                 " groups in each other");
        Part left = sequence(level);
        while (take('|')) {
            const Part right = sequence(level);
            Part both = {{State::Kind::fork, 1, length(left) + 2}};
            append(both, left);
            append(both, {{State::Kind::jump, length(right) + 1}});
            append(both, right);
            left = std::move(both);
        }
        return left;
    }

    Part sequence(int level) {
        Part all;
        while (more() && peek() != '|' && peek() != ')')
            append(all, repeated(level));
        return all;
    }

    Part repeated(int level) {
        if (take('^')) return {{State::Kind::begin}};
        if (take('$')) return {{State::Kind::end}};
        Part one = atom(level);
        while (more()) {
            if (take('*'))
                one = repeat(one, 0, std::nullopt);
            else if (take('+'))
                one = repeat(one, 1, std::nullopt);
            else if (take('?'))
                one = repeat(one, 0, 1);
            else if (peek() == '{')
                one = counted(one);
            else
                break;
        }
        return one;
    }

    Part repeat(const Part& one, unsigned least, std::optional<unsigned> most) const {
        Part all;
        for (unsigned i = 0; i < least; ++i)
            append(all, one);
        if (!most) {
            append(all, {{State::Kind::fork, 1, length(one) + 2}});
            append(all, one);
            append(all, {{State::Kind::jump, -(length(one) + 1)}});
            return all;
        }
        for (unsigned i = least; i < *most; ++i) {
            append(all, {{State::Kind::fork, 1, length(one) + 1}});
            append(all, one);
        }
        return all;
    }

    // "{2}", "{2,}", "{2,5}"
    Part counted(const Part& one) {
        ++at_;
        const unsigned least = number();
        std::optional<unsigned> most = least;
        if (take(',')) most = more() && peek() == '}' ? std::nullopt : std::optional(number());
        if (!take('}')) fail("expected '}'");
        if (most && *most < least) fail("the second number is less than the first");
        return repeat(one, least, most);
    }

    unsigned number() {
        unsigned value = 0;
        const char* const end = pattern_.data() + pattern_.size();
        const auto parsed = std::from_chars(pattern_.data() + at_, end, value);
        if (parsed.ec != std::errc{} || value > 1000) fail("expected a number of at most 1000");
        at_ = static_cast<std::size_t>(parsed.ptr - pattern_.data());
        return value;
    }

    Part atom(int level) {
        const char c = pattern_[at_];
        if (c == '*' || c == '+' || c == '?' || c == '{') fail("nothing to be repeated");
        ++at_;
        switch (c) {
            case '(': {
                Part inner = alternatives(level + 1);
                if (!take(')')) fail("a '(' without its ')'");
                return inner;
            }
            case '[':
                return bracketed();
            case '.':
                return characters(Bytes().set());
            case '\\':
                return characters(escaped());
            default:
                return literal(c);
        }
    }

    // One character, all of its bytes.
    Part literal(char c) {
        Part all = {{State::Kind::bytes, 0, 0, one_byte(c)}};
        const auto is_continuation = [](char byte) {
            return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80;
        };
        if (static_cast<unsigned char>(c) < 0x80) return all;
        while (more() && is_continuation(peek()))
            all.push_back({State::Kind::bytes, 0, 0, one_byte(pattern_[at_++])});
        return all;
    }

    static Bytes one_byte(char c) { return Bytes().set(static_cast<unsigned char>(c)); }

    static Bytes range(char first, char last) {
        Bytes all;
        for (unsigned c = static_cast<unsigned char>(first); c <= static_cast<unsigned char>(last);
             ++c)
            all.set(c);
        return all;
    }

    // One of these characters; past ASCII `bytes` has all or none.
    static Part characters(Bytes bytes) {
        if (!bytes.test(0xff)) return {{State::Kind::bytes, 0, 0, bytes}};
        const Bytes continuation = range('\x80', '\xbf');
        return {{State::Kind::bytes, 0, 0, bytes & ~continuation},
                {State::Kind::fork, 1, 3},
                {State::Kind::bytes, 0, 0, continuation},
                {State::Kind::jump, -2}};
    }

    // Behind a backslash.
    Bytes escaped() {
        if (!more()) fail("a backslash at the end");
        const char c = pattern_[at_++];
        const Bytes digits = range('0', '9');
        const Bytes words = digits | range('a', 'z') | range('A', 'Z') | one_byte('_');
        const Bytes blanks = range('\t', '\r') | one_byte(' ');
        switch (c) {
            case 'd':
                return digits;
            case 'D':
                return ~digits;
            case 'w':
                return words;
            case 'W':
                return ~words;
            case 's':
                return blanks;
            case 'S':
                return ~blanks;
            default:
                break;
        }
        if (words.test(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80) {
            --at_;
            fail(
                "a backslash takes d, w, s, D, W, S or punctuation, and stands before another "
                "character");
        }
        return one_byte(c);
    }

    // Behind a '['.
    Part bracketed() {
        const bool is_negated = take('^');
        Bytes all;
        for (bool first = true;; first = false) {
            if (!more()) fail("a '[' without its ']'");
            if (!first && take(']')) break;
            if (at_ + 1 < pattern_.size() && peek() == '\\' && is_class(pattern_[at_ + 1])) {
                ++at_;
                all |= escaped();
                continue;
            }
            const char c = class_member();
            const bool is_range =
                at_ + 1 < pattern_.size() && peek() == '-' && pattern_[at_ + 1] != ']';
            if (!is_range) {
                all |= one_byte(c);
                continue;
            }
            ++at_;
            const char last = class_member();
            if (last < c) fail("a range that ends before it begins");
            all |= range(c, last);
        }
        return characters(is_negated ? ~all : all);
    }

    static bool is_class(char c) { return std::string_view("dwsDWS").find(c) != std::string::npos; }

    // One character of a class, which may be an end of a range.
    char class_member() {
        if (take('\\')) {
            if (more() && is_class(peek())) fail("a range that ends with a class of characters");
            escaped();
            return pattern_[at_ - 1];
        }
        const char c = pattern_[at_++];
        if (static_cast<unsigned char>(c) >= 0x80)
            fail("a class has ASCII characters only; not so");
        return c;
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
};

RegularExpression::RegularExpression(std::string_view pattern)
    : states_(ExpressionParser(pattern).parse()) {}

bool RegularExpression::found_in(std::string_view text) const {
    const std::size_t count = states_.size();
    std::vector<std::size_t> now, next, todo;
    std::vector<std::size_t> seen(count + 1, 0);  // at which position, plus one
    bool is_found = false;
    // Follows what takes no byte. The state behind the last one is the match.
    auto enter = [&](std::size_t state, std::size_t position, std::vector<std::size_t>& into) {
        todo.assign(1, state);
        while (!todo.empty()) {
            const std::size_t at = todo.back();
            todo.pop_back();
            if (seen[at] == position + 1) continue;
            seen[at] = position + 1;
            if (at == count) {
                is_found = true;
                return;
            }
            const State& here = states_[at];
            const auto there = [&](std::int32_t step) {
                return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + step);
            };
            switch (here.kind) {
                case State::Kind::bytes:
                    into.push_back(at);
                    break;
                case State::Kind::fork:
                    todo.push_back(there(here.first));
                    todo.push_back(there(here.second));
                    break;
                case State::Kind::jump:
                    todo.push_back(there(here.first));
                    break;
                case State::Kind::begin:
                    if (position == 0) todo.push_back(at + 1);
                    break;
                case State::Kind::end:
                    if (position == text.size()) todo.push_back(at + 1);
                    break;
            }
        }
    };
    for (std::size_t position = 0;; ++position) {
        enter(0, position, now);
        if (is_found || position == text.size()) return is_found;
        const auto byte = static_cast<unsigned char>(text[position]);
        next.clear();
        for (const std::size_t at : now)
            if (states_[at].bytes.test(byte)) enter(at + 1, position + 1, next);
        if (is_found) return true;
        now.swap(next);
    }
}

}  // namespace turngate::replay

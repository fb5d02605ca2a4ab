// Patterns for file names.
#include "replay/glob.h"

#include <cstddef>
#include <string>
#include <vector>

namespace turngate::replay {
namespace {

// One element of a pattern without alternatives.
struct Element {
    enum class Kind { literal, any, set, star, stars } kind;
    char literal = 0;
    std::string_view set = {};  // between the brackets
};

bool in_set(std::string_view set, char c) {
    bool negated = !set.empty() && (set[0] == '!' || set[0] == '^');
    if (negated) set.remove_prefix(1);
    bool found = false;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
            found |= set[i] <= c && c <= set[i + 2];
            i += 2;
        } else {
            found |= set[i] == c;
        }
    }
    return found != negated && c != '/';
}

std::vector<Element> compile(std::string_view p) {
    using enum Element::Kind;
    std::vector<Element> out;
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (p[i] == '*') {
            const bool two = i + 1 < p.size() && p[i + 1] == '*';
            while (i + 1 < p.size() && p[i + 1] == '*')
                ++i;
            // "**/" also matches no segment at all
            const bool whole =
                two && (out.empty() || (out.back().kind == literal && out.back().literal == '/'));
            if (whole && i + 1 < p.size() && p[i + 1] == '/') ++i;
            out.push_back({two ? stars : star});
            if (whole && i < p.size() && p[i] == '/') out.back().literal = '/';
        } else if (p[i] == '?') {
            out.push_back({any});
        } else if (auto end = p[i] == '[' ? p.find(']', i + 2) : std::string_view::npos;
                   end != std::string_view::npos) {
            out.push_back({set, 0, p.substr(i + 1, end - i - 1)});
            i = end;
        } else {
            if (p[i] == '\\' && i + 1 < p.size()) ++i;
            out.push_back({literal, p[i]});
        }
    }
    return out;
}

// A table of positions, row by row: no backtracking, so no pattern is slow.
bool match(const std::vector<Element>& pattern, std::string_view path) {
    using enum Element::Kind;
    const std::size_t n = path.size();
    std::vector<char> now(n + 1, 0), next(n + 1, 0);
    now[0] = 1;
    for (const Element& e : pattern) {
        next.assign(n + 1, 0);
        if (e.kind == star || e.kind == stars) {
            bool reached = false;
            for (std::size_t i = 0; i <= n; ++i) {
                if (e.kind == star && i > 0 && path[i - 1] == '/') reached = false;
                reached |= now[i] != 0;
                // behind "**/" a segment begins
                const bool begins = now[i] != 0 || (i > 0 && path[i - 1] == '/');
                next[i] = reached && (e.literal != '/' || begins) ? 1 : 0;
            }
        } else {
            for (std::size_t i = 0; i < n; ++i) {
                const char c = path[i];
                const bool fits = e.kind == literal ? c == e.literal
                                  : e.kind == any   ? c != '/'
                                                    : in_set(e.set, c);
                next[i + 1] = now[i] != 0 && fits ? 1 : 0;
            }
        }
        now.swap(next);
    }
    return now[n] != 0;
}

// The first {...} of the pattern, where alternatives are; npos if there is none.
struct Braces {
    std::size_t open = std::string_view::npos;
    std::size_t close = std::string_view::npos;
};
Braces find_braces(std::string_view p) {
    Braces b;
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (p[i] == '\\') {
            ++i;
        } else if (p[i] == '{') {
            b.open = i;
        } else if (p[i] == '}' && b.open != std::string_view::npos) {
            b.close = i;
            return b;
        }
    }
    return {};
}

}  // namespace

bool is_glob(std::string_view text) noexcept {
    return text.find_first_of("*?[{") != std::string_view::npos;
}

bool glob_matches(std::string_view pattern, std::string_view path) {
    const Braces braces = find_braces(pattern);
    if (braces.close == std::string_view::npos) return match(compile(pattern), path);
    std::string_view inside = pattern.substr(braces.open + 1, braces.close - braces.open - 1);
    for (;;) {
        const auto comma = inside.find(',');
        std::string one(pattern.substr(0, braces.open));
        one += inside.substr(0, comma);
        one += pattern.substr(braces.close + 1);
        if (glob_matches(one, path)) return true;
        if (comma == std::string_view::npos) return false;
        inside.remove_prefix(comma + 1);
    }
}

bool glob_selects(std::string_view pattern, std::string_view path) {
    if (pattern.find('/') == std::string_view::npos)
        return glob_matches(pattern, path.substr(path.rfind('/') + 1));
    for (;;) {
        if (glob_matches(pattern, path)) return true;
        const auto slash = path.find('/');
        if (slash == std::string_view::npos) return false;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace turngate::replay

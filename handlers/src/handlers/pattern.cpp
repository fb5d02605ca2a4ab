#include <algorithm>
#include <stdexcept>

#include <turngate/handlers/pattern.h>
#include <turngate/http/encoding.h>
#include <turngate/http/headers.h>

namespace turngate {
namespace {

using Relation = Pattern::Relation;

// What two aspects of a pattern (method, host, each segment) say together.
Relation combine(Relation a, Relation b) {
    if (a == Relation::equivalent) return b;
    if (b == Relation::equivalent) return a;
    if (a == Relation::disjoint || b == Relation::disjoint) return Relation::disjoint;
    return a == b ? a : Relation::overlaps;
}

Relation compare_methods(std::string_view a, std::string_view b) {
    if (a == b) return Relation::equivalent;
    if (a.empty()) return Relation::more_general;
    if (b.empty()) return Relation::more_specific;
    if (a == "GET" && b == "HEAD") return Relation::more_general;
    if (a == "HEAD" && b == "GET") return Relation::more_specific;
    return Relation::disjoint;
}

Relation compare_hosts(std::string_view a, std::string_view b) {
    if (iequals(a, b)) return Relation::equivalent;
    if (a.empty()) return Relation::more_general;
    if (b.empty()) return Relation::more_specific;
    return Relation::disjoint;
}

// The segment behind the slash at the front of `path`, which is removed with it.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool is_identifier(std::string_view name) {
    auto letter = [](char c) { return c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); };
    return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9');
    });
}

// "localhost" of "localhost:8080"; an IPv6 literal keeps its brackets.
std::string_view without_port(std::string_view host) {
    auto colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
    return host.substr(0, colon);
}

bool equals_decoded(std::string_view segment, std::string_view literal) {
    return segment.find('%') == std::string_view::npos ? segment == literal
                                                       : percent_decode(segment) == literal;
}

}  // namespace

Pattern::Pattern(std::string_view text) : text_(text) {
    auto refuse = [&](const std::string& rule) {
        throw std::invalid_argument("pattern \"" + text_ + "\": " + rule);
    };
    if (auto space = text.find(' '); space != std::string_view::npos) {
        method_ = text.substr(0, space);
        text.remove_prefix(std::min(text.find_first_not_of(' ', space), text.size()));
        if (!is_token(method_)) refuse("the method is not a token");
    }
    auto slash = text.find('/');
    if (slash == std::string_view::npos) refuse("a path starts with '/'");
    host_ = text.substr(0, slash);
    if (host_.find_first_of("{}") != std::string::npos) refuse("a host has no wildcards");

    std::string_view path = text.substr(slash);
    while (!path.empty()) {
        std::string_view raw = take_segment(path);
        try {
            add_segment(raw, path.empty());
        } catch (const std::invalid_argument& e) {
            refuse(e.what());
        }
    }
}

void Pattern::add_segment(std::string_view raw, bool last) {
    if (raw.empty() && last) return segments_.push_back({Segment::Kind::rest, ""});
    if (raw.find_first_of("{}") == std::string_view::npos)
        return segments_.push_back({Segment::Kind::literal, percent_decode(raw)});
    if (!raw.starts_with('{') || !raw.ends_with('}') || raw.find('}') != raw.size() - 1)
        throw std::invalid_argument("a wildcard is a whole segment");
    std::string_view name = raw.substr(1, raw.size() - 2);
    if (name == "$") {
        if (!last) throw std::invalid_argument("{$} stands only at the end");
        return segments_.push_back({Segment::Kind::end, ""});
    }
    auto kind = Segment::Kind::wildcard;
    if (name.ends_with("...")) {
        name.remove_suffix(3);
        kind = Segment::Kind::rest;
        if (!last) throw std::invalid_argument("{name...} stands only at the end");
    }
    if (!is_identifier(name)) throw std::invalid_argument("a wildcard's name is an identifier");
    for (const Segment& s : segments_)
        if (s.kind == Segment::Kind::wildcard && s.text == name)
            throw std::invalid_argument("two wildcards have the same name");
    segments_.push_back({kind, std::string(name)});
}

bool Pattern::matches(std::string_view path, std::string_view host) const {
    if (!host_.empty() && !iequals(host_, without_port(host)) && !iequals(host_, host))
        return false;
    if (!path.starts_with('/')) return false;
    for (const Segment& s : segments_) {
        if (path.empty()) return false;
        if (s.kind == Segment::Kind::rest) return true;
        std::string_view have = take_segment(path);
        switch (s.kind) {
            case Segment::Kind::literal:
                if (!equals_decoded(have, s.text)) return false;
                break;
            case Segment::Kind::wildcard:
                if (have.empty()) return false;
                break;
            default:  // end: nothing behind the last slash
                return have.empty() && path.empty();
        }
    }
    return path.empty();
}

bool Pattern::allows(std::string_view method) const noexcept {
    return method_.empty() || method_ == method || (method_ == "GET" && method == "HEAD");
}

void Pattern::capture(std::string_view path, Values& values) const {
    for (const Segment& s : segments_) {
        if (s.kind == Segment::Kind::rest) {
            if (!s.text.empty()) values[s.text] = percent_decode(path.substr(1));
            return;
        }
        std::string_view have = take_segment(path);
        if (s.kind == Segment::Kind::wildcard) values[s.text] = percent_decode(have);
    }
}

Relation Pattern::compare(const Segment& a, const Segment& b) {
    using Kind = Segment::Kind;
    if (a.kind == b.kind && a.kind != Kind::literal) return Relation::equivalent;
    if (a.kind == Kind::rest) return Relation::more_general;
    if (b.kind == Kind::rest) return Relation::more_specific;
    if (a.kind == Kind::end || b.kind == Kind::end) return Relation::disjoint;
    if (a.kind == Kind::wildcard) return Relation::more_general;
    if (b.kind == Kind::wildcard) return Relation::more_specific;
    return a.text == b.text ? Relation::equivalent : Relation::disjoint;
}

Relation Pattern::compare_paths(const Pattern& other) const {
    const auto &a = segments_, &b = other.segments_;
    Relation relation = Relation::equivalent;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        relation = combine(relation, compare(a[i], b[i]));
        if (relation == Relation::disjoint) return relation;
    }
    // The longer one has segments left: they must be below a "rest" of the shorter.
    if (a.size() < b.size())
        return a.back().kind == Segment::Kind::rest ? combine(relation, Relation::more_general)
                                                    : Relation::disjoint;
    if (b.size() < a.size())
        return b.back().kind == Segment::Kind::rest ? combine(relation, Relation::more_specific)
                                                    : Relation::disjoint;
    return relation;
}

Relation Pattern::compare(const Pattern& other) const {
    // A host decides before anything else, as in Go: host patterns are tried first.
    if (Relation hosts = compare_hosts(host_, other.host_); hosts != Relation::equivalent)
        return hosts;
    return combine(compare_methods(method_, other.method_), compare_paths(other));
}

}  // namespace turngate

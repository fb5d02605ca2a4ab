// The patterns Mux routes by: Go 1.22's net/http.ServeMux syntax.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace turngate {

// "[METHOD ][HOST]/[PATH]". In the path, "{name}" matches one segment, "{name...}" the rest (last
// only), "{$}" the end (after a final slash, last only), and a final slash everything below it.
// Segments are compared after percent-decoding, one by one, so "%2F" never separates.
class Pattern {
  public:
    using Values = std::map<std::string, std::string, std::less<>>;

    enum class Relation { equivalent, more_general, more_specific, disjoint, overlaps };

    // Throws std::invalid_argument that quotes the pattern and names the rule it breaks.
    explicit Pattern(std::string_view text);

    // True if the path and host match; the method is not looked at.
    bool matches(std::string_view path, std::string_view host) const;
    // GET also means HEAD; no method means any.
    bool allows(std::string_view method) const noexcept;
    // What the wildcards stand for, decoded. REQUIRES: matches(path, ...)
    void capture(std::string_view path, Values& values) const;

    // How the requests this pattern matches relate to those `other` matches.
    Relation compare(const Pattern& other) const;

    const std::string& text() const noexcept { return text_; }
    const std::string& method() const noexcept { return method_; }

  private:
    struct Segment {
        enum class Kind { literal, wildcard, rest, end };
        Kind kind;
        std::string text;  // decoded literal, or the wildcard's name
    };

    static Relation compare(const Segment& a, const Segment& b);
    Relation compare_paths(const Pattern& other) const;
    void add_segment(std::string_view raw, bool last);

    std::string text_, method_, host_;
    std::vector<Segment> segments_;
};

}  // namespace turngate

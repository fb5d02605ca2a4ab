// The "{{{name}}}" of templates of events, and what they may stand for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turngate::events {

class Placeholders {
  public:
    // REQUIRES: `text` outlives this.
    explicit Placeholders(std::string_view text);

    bool empty() const noexcept { return found_.empty(); }

    // True if one of those that Amazon's templates have is a whole string, or part of a name like
    // "arn:{{{partition}}}:s3:::{{{bucket}}}". Others may be in anybody's text.
    bool any_is_value() const;

    // True if the byte that an error is about is one of a placeholder, or starts a string with one.
    bool explain(std::string_view problem) const;

    // The text with a value for each, which is right inside and outside of quotes.
    std::string filled() const;

    // An error about filled() with the byte of the template.
    std::string as_of_template(std::string_view problem) const;

  private:
    struct Span {
        std::size_t begin;
        std::size_t end;
    };

    bool is_at(std::size_t byte) const;
    bool is_whole_string(const Span& span) const;
    bool is_in_name(const Span& span) const;

    std::string_view text_;
    std::vector<Span> found_;
};

}  // namespace turngate::events

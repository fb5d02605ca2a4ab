// Which events are replayed, by what they are and what is expected of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/regular_expression.h"

namespace turngate::replay {

// A term that is none; hint() says how to mend it.
class BadFilter : public Error {
  public:
    BadFilter(const std::string& message, std::string hint)
        : Error(message), hint_(std::move(hint)) {}
    const std::string& hint() const noexcept { return hint_; }

  private:
    std::string hint_;
};

// Terms, all of which must hold: `method=POST path~^/orders format=alb tag=smoke status>=500`. `!`
// before a term negates it; a value with blanks stands in double quotes, `tag="two words"`.
class Filter {
  public:
    // What is known of an event before the handler has it.
    struct Facts {
        std::string_view method;
        std::string_view path;  // as it came, without the query
        std::string_view format;
        std::vector<std::string_view> tags = {};  // of the expected reply
        std::optional<int> status = {};  // of the expected reply; absent: a term on it fails
    };

    // Adds the terms of `expression`. Throws BadFilter.
    void add(std::string_view expression);

    // True without any terms.
    bool matches(const Facts& facts) const;

    // Whether all terms hold that ask for the event alone: if not, no expected reply helps.
    bool may_match(const Facts& facts) const;

    // Whether a term asks for the expected reply.
    bool asks_for_reply() const;

  private:
    enum class Key { method, path, format, tag, status };
    enum class Operator { equal, matching, less, at_most, greater, at_least };

    struct Term {
        Key key;
        Operator op;
        bool is_negated;
        std::string value;
        int number = 0;  // of a status
        std::shared_ptr<const RegularExpression> expression = {};
    };

    static bool is_of_reply(const Term& term);
    static Term parse_term(std::string_view term);
    static void check_value(Term& term, std::string_view text);
    static bool holds(const Term& term, const Facts& facts);

    std::vector<Term> terms_;
};

}  // namespace turngate::replay

// Which events are replayed, by what they are and what is expected of them.
#include "replay/filter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "replay/printable.h"
#include <turngate/events/format.h>
#include <turngate/handlers/spelling.h>
#include <turngate/http/headers.h>

namespace turngate::replay {
namespace {

constexpr std::array<std::string_view, 5> keys = {"method", "path", "format", "tag", "status"};
// The longer ones first.
constexpr std::array<std::pair<std::string_view, int>, 6> operators = {
    {{">=", 5}, {"<=", 3}, {"=", 0}, {"~", 1}, {">", 4}, {"<", 2}}};

constexpr std::string_view blanks = " \t\r\n";

std::string quoted(std::string_view text) {
    return '"' + printable(clip(text, 0, 80)) + '"';
}

[[noreturn]] void refuse(std::string_view term, const std::string& why, std::string hint) {
    throw BadFilter(quoted(term) + ": " + why, std::move(hint));
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known,
                       std::string otherwise) {
    const std::string_view near = nearest_word(word, known);
    return near.empty() ? std::move(otherwise) : "did you mean " + std::string(near) + "?";
}

// Takes the next term off: up to a blank that is not in quotes.
std::string_view take_term(std::string_view& rest) {
    bool in_quotes = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
        if (rest[end] == '"') in_quotes = !in_quotes;
        if (!in_quotes && blanks.find(rest[end]) != std::string_view::npos) break;
    }
    const std::string_view term = rest.substr(0, end);
    if (in_quotes) refuse(term, "a quote is open", "put a \" behind the value");
    rest.remove_prefix(end);
    return term;
}

}  // namespace

void Filter::add(std::string_view expression) {
    const std::size_t had = terms_.size();
    std::string_view rest = expression;
    for (;;) {
        rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(blanks)));
        if (rest.empty()) break;
        terms_.push_back(parse_term(take_term(rest)));
    }
    if (terms_.size() == had)
        refuse(expression, "there is no term", "write one as method=POST or path~^/orders");
}

Filter::Term Filter::parse_term(std::string_view text) {
    std::string_view rest = text;
    const bool is_negated = rest.starts_with('!');
    if (is_negated) rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find_first_of("=~<>!\""));
    rest.remove_prefix(word.size());
    const auto* const key = std::find(keys.begin(), keys.end(), word);
    if (key == keys.end())
        refuse(text, word.empty() ? "there is no key" : "there is no key " + quoted(word),
               suggestion(word, keys, "the keys are method, path, format, tag and status"));
    const auto* const found =
        std::find_if(operators.begin(), operators.end(),
                     [&](const auto& one) { return rest.starts_with(one.first); });
    if (found == operators.end())
        refuse(text, "there is no operator behind " + std::string(word),
               rest.starts_with('!') ? "a '!' stands before the term: !" + std::string(word) +
                                           std::string(rest.substr(1))
                                     : "write = or ~, and of a status also < <= > >=");
    rest.remove_prefix(found->first.size());
    if (rest.starts_with('"')) {
        if (rest.size() < 2 || rest.find('"', 1) != rest.size() - 1)
            refuse(text, "there is something behind the quotes", "quote the whole value");
        rest = rest.substr(1, rest.size() - 2);
    } else if (rest.find('"') != std::string_view::npos) {
        refuse(text, "there is a quote inside the value", "quote the whole value");
    }
    Term term{static_cast<Key>(key - keys.begin()), static_cast<Operator>(found->second),
              is_negated, std::string(rest)};
    check_value(term, text);
    return term;
}

void Filter::check_value(Term& term, std::string_view text) {
    const bool is_status = term.key == Key::status;
    if (term.value.empty()) refuse(text, "there is no value", "write one behind the operator");
    if (is_status) {
        const char* const end = term.value.data() + term.value.size();
        const auto parsed = std::from_chars(term.value.data(), end, term.number);
        if (parsed.ec != std::errc{} || parsed.ptr != end || term.number < 100 || term.number > 999)
            refuse(text, "a status is a number from 100 to 999", "write status=404 or status>=500");
        if (term.op == Operator::matching)
            refuse(text, "a status is a number, and no text", "write status=404 or status>=500");
        return;
    }
    if (term.op != Operator::equal && term.op != Operator::matching)
        refuse(text, "only a status can be less or greater", "write = or ~");
    if (term.key == Key::format && term.op == Operator::equal &&
        !events::format_named(term.value)) {
        std::vector<std::string_view> shapes;
        for (const events::Format format : events::formats())
            shapes.push_back(events::name(format));
        refuse(text, "there is no shape " + quoted(term.value),
               suggestion(term.value, shapes, "turngate event list tells the shapes"));
    }
    if (term.op != Operator::matching) return;
    try {
        term.expression = std::make_shared<const RegularExpression>(term.value);
    } catch (const BadExpression& e) {
        refuse(text, std::string("the expression is wrong: ") + e.what(),
               "a backslash takes the next character as it is");
    }
}

bool Filter::matches(const Facts& facts) const {
    return std::all_of(terms_.begin(), terms_.end(),
                       [&](const Term& term) { return holds(term, facts) != term.is_negated; });
}

bool Filter::may_match(const Facts& facts) const {
    return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
        return is_of_reply(term) || holds(term, facts) != term.is_negated;
    });
}

bool Filter::asks_for_reply() const {
    return std::any_of(terms_.begin(), terms_.end(), is_of_reply);
}

bool Filter::is_of_reply(const Term& term) {
    return term.key == Key::tag || term.key == Key::status;
}

bool Filter::holds(const Term& term, const Facts& facts) {
    const auto is = [&](std::string_view text) {
        if (term.expression) return term.expression->found_in(text);
        return term.key == Key::method ? iequals(text, term.value) : text == term.value;
    };
    switch (term.key) {
        case Key::method:
            return is(facts.method);
        case Key::path:
            return is(facts.path);
        case Key::format:
            return is(facts.format);
        case Key::tag:
            return std::any_of(facts.tags.begin(), facts.tags.end(), is);
        case Key::status:
            break;
    }
    if (!facts.status) return false;
    switch (term.op) {
        case Operator::less:
            return *facts.status < term.number;
        case Operator::at_most:
            return *facts.status <= term.number;
        case Operator::greater:
            return *facts.status > term.number;
        case Operator::at_least:
            return *facts.status >= term.number;
        case Operator::equal:
        case Operator::matching:
            break;
    }
    return *facts.status == term.number;
}

}  // namespace turngate::replay

// Filters: what is taken for one says yes or no to any text in bounded time, and its negation the
// contrary; what is refused is refused with words.
//
// The input is the expression, and on further lines the path and a tag.
// covers: gateway/src/replay/filter.cpp gateway/src/replay/regular_expression.cpp
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "replay/filter.h"

using namespace turngate::replay;

namespace {

std::string_view take_line(std::string_view& rest) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
}

void check(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view expression = take_line(input);
    const std::string_view path = take_line(input);
    const Filter::Facts facts{
        .method = "POST", .path = path, .format = "alb", .tags = {input}, .status = 404};
    try {
        Filter filter;
        filter.add(expression);
        const bool is_selected = filter.matches(facts);
        check(filter.may_match(facts) || !is_selected);
        check(filter.asks_for_reply() || filter.may_match(facts) == is_selected);
        // A single term, whole: its negation is one, too.
        if (expression.find_first_of(" \t\r") != expression.npos || expression.starts_with('!'))
            return 0;
        Filter negated;
        negated.add('!' + std::string(expression));
        check(negated.matches(facts) != is_selected);
    } catch (const BadFilter& e) {
        check(*e.what() != '\0' && !e.hint().empty());
    }
    return 0;
}

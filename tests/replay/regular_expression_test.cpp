// Regular expressions: what they match, what they refuse, and that no text can make them slow.
#include "replay/regular_expression.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace turngate::replay;

namespace {

bool matches(std::string_view pattern, std::string_view text) {
    return RegularExpression(pattern).found_in(text);
}

std::string refusal(const std::string& pattern) {
    try {
        const RegularExpression expression(pattern);
        return "";
    } catch (const BadExpression& e) {
        return e.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(regular_expression)

BOOST_AUTO_TEST_CASE(they_match_any_part) {
    struct Case {
        const char* pattern;
        const char* text;
        bool found;
    };
    const Case cases[] = {
        {"", "", true},
        {"", "a", true},
        {"^$", "", true},
        {"^$", "a", false},
        {"b", "abc", true},
        {"^b", "abc", false},
        {"^/orders", "/orders/1", true},
        {"^/orders$", "/orders/1", false},
        {"a|b", "xbx", true},
        {"^(a|bc)$", "bc", true},
        {"^(a|bc)$", "ab", false},
        {"^(|a)b$", "b", true},
        {"^a*$", "aaaa", true},
        {"^a*$", "aaba", false},
        {"^a+$", "", false},
        {"^ab?c$", "ac", true},
        {"^ab?c$", "abbc", false},
        {"^a{2}$", "aa", true},
        {"^a{2}$", "aaa", false},
        {"^a{2,}$", "aaaaa", true},
        {"^a{2,}$", "a", false},
        {"^a{1,3}$", "aaa", true},
        {"^a{1,3}$", "aaaa", false},
        {"^(ab){2,3}$", "ababab", true},
        {"^a{0}$", "", true},
        {"^(a*)*$", "aaa", true},
        {"^(a|a)*b$", "aaab", true},
        {"^[a-c_]+$", "ab_c", true},
        {"^[a-c]+$", "abd", false},
        {"^[^/]+$", "a/b", false},
        {"^[]a]+$", "]a", true},
        {"^[a-]+$", "a-", true},
        {"^[\\d.]+$", "1.5", true},
        {"^[!-\\-]+$", "+-", true},
        {"^[!-\\-]+$", ".", false},
        {"^[+-\\]]+$", "A]", true},
        {"^[A-\\^]+$", "\\^", true},
        {"^[A-\\^]+$", "_", false},
        {"^[\\.-9]+$", "./5", true},
        {"^[\\.-9]+$", "-", false},
        {"^[\\.-]+$", ".-", true},
        {"^[\\d-]+$", "1-", true},
        {"^\\d+$", "12a", false},
        {"^\\w+\\s\\S$", "a_1 x", true},
        {"^\\D\\W$", "a-", true},
        {"^\\.\\$\\|$", ".$|", true},
        {"^.$", "\xc3\xa9", true},
        {"^.$", "ab", false},
        {"^[^a]$", "\xe2\x82\xac", true},
        {"^\xc3\xa9+$", "\xc3\xa9\xc3\xa9", true},
        {"^\xc3\xa9$", "\xc3\xa8", false},
        {"(^a|b$)", "xxb", true},
        {"(^a|b$)", "xax", false},
        {"a$b", "ab", false},
    };
    for (const Case& one : cases)
        BOOST_TEST(matches(one.pattern, one.text) == one.found, one.pattern << " in " << one.text);
}

BOOST_AUTO_TEST_CASE(what_is_none_is_refused_with_the_byte) {
    for (const char* pattern : {"(",       ")",          "a)",           "(a",
                                "[",       "[a",         "[^",           "*",
                                "+a",      "a|*",        "(?:a)",        "a{",
                                "a{x}",    "a{2,1}",     "a{1001}",      "{2}",
                                "\\",      "\\b",        "\\1",          "[z-a]",
                                "[\\",     "[\xc3\xa9]", "[a-\xc3\xa9]", "[!-\\d]",
                                "[!-\\W]", "[!-\\b]",    "[!-\\1]",      "[!-\\",
                                "[a-\\.]"}) {
        BOOST_TEST(refusal(pattern).find(" at byte ") != std::string::npos,
                   pattern << ": " << refusal(pattern));
    }
}

BOOST_AUTO_TEST_CASE(their_size_is_bounded) {
    BOOST_TEST(refusal(std::string(1000, 'a')).empty());
    BOOST_TEST(!refusal(std::string(1001, 'a')).empty());
    BOOST_TEST(refusal(std::string(50, '(') + 'a' + std::string(50, ')')).empty());
    BOOST_TEST(!refusal(std::string(51, '(') + 'a' + std::string(51, ')')).empty());
    BOOST_TEST(refusal("(a{64}){64}").empty());
    BOOST_TEST(!refusal("(a{64}){65}").empty());
    BOOST_TEST(!refusal("((((a{1000}){1000}){1000}){1000})").empty());
    BOOST_TEST(!refusal("(((((a*)*)*)*){999})+").empty());
}

// Where a matcher tries one way after the other, each of these takes longer than the universe.
BOOST_AUTO_TEST_CASE(no_text_makes_them_slow) {
    const std::string many(20'000, 'a');
    for (const char* pattern : {"^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "^(.*)*x$", "(a*)*(a*)*b$",
                                "a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaab"})
        BOOST_TEST(!matches(pattern, many + '!'), pattern);
}

BOOST_AUTO_TEST_SUITE_END()

// What patterns match.
#include "replay/glob.h"

#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate::replay;
namespace data = boost::unit_test::data;

namespace {

struct Case {
    const char* pattern;
    const char* path;
    bool matches;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.pattern << " on " << c.path;
}

const Case cases[] = {
    {"a.json", "a.json", true},
    {"a.json", "b.json", false},
    {"*.json", "a.json", true},
    {"*.json", "x/a.json", false},
    {"**/*.json", "x/y/a.json", true},
    {"**/*.json", "a.json", true},
    {"x/**/a.json", "x/a.json", true},
    {"x/**/a.json", "x/y/z/a.json", true},
    {"x/**/a.json", "x/ya.json", false},
    {"x/**", "x/y/z", true},
    {"a?c", "abc", true},
    {"a?c", "a/c", false},
    {"[a-c]x", "bx", true},
    {"[!a-c]x", "bx", false},
    {"[!a-c]x", "dx", true},
    {"{get,post}-*.json", "post-1.json", true},
    {"{get,post}-*.json", "put-1.json", false},
    {"{a,b{c}", "{a,bc", true},
    {"\\*", "*", true},
    {"\\*", "a", false},
    {"[", "[", true},
    {"", "", true},
    {"", "a", false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(glob)

BOOST_DATA_TEST_CASE(a_pattern_matches_what_it_says, data::make(cases)) {
    BOOST_TEST(glob_matches(sample.pattern, sample.path) == sample.matches);
}

BOOST_AUTO_TEST_CASE(a_selection_without_a_slash_is_for_the_name_alone) {
    BOOST_TEST(glob_selects("create*", "events/orders/create-1.json"));
    BOOST_TEST(!glob_selects("orders", "events/orders/create-1.json"));
    BOOST_TEST(glob_selects("orders/*", "events/orders/create-1.json"));
    BOOST_TEST(!glob_selects("rders/*", "events/orders/create-1.json"));
}

BOOST_AUTO_TEST_CASE(no_pattern_is_slow) {
    const std::string path(2000, 'a');
    std::string pattern;
    for (int i = 0; i < 200; ++i)
        pattern += "a*";
    BOOST_TEST(!glob_matches(pattern + 'b', path));
}

BOOST_AUTO_TEST_SUITE_END()

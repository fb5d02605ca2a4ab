// "Did you mean ...?"
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/handlers/spelling.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

struct Word {
    const char* word;
    const char* meant;
};
std::ostream& operator<<(std::ostream& out, const Word& w) {
    return out << w.word;
}
const Word words[] = {
    {"replya", "replay"},
    {"rpelay", "replay"},
    {"invoek", "invoke"},
    {"apigw-v3", "apigw-v1"},
    {"apigwv2", "apigw-v2"},
    {"convert", "convert"},
    {"conv", "convert"},
    {"zebra", ""},
    {"", ""},
    {"a", ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(spelling)

BOOST_DATA_TEST_CASE(the_nearest_word_is_offered_if_it_is_near, data::make(words), w) {
    constexpr std::string_view known[] = {"replay", "invoke", "apigw-v1", "apigw-v2", "convert"};
    BOOST_TEST(nearest_word(w.word, known) == w.meant);
}

BOOST_AUTO_TEST_CASE(swapped_letters_are_one_mistake) {
    BOOST_TEST(edit_distance("ab", "ba") == 1u);
    BOOST_TEST(edit_distance("abc", "abc") == 0u);
    BOOST_TEST(edit_distance("", "abc") == 3u);
    BOOST_TEST(edit_distance("kitten", "sitting") == 3u);
}

BOOST_AUTO_TEST_CASE(a_very_long_word_costs_nothing) {
    constexpr std::string_view known[] = {"replay"};
    BOOST_TEST(nearest_word(std::string(10'000'000, 'r'), known) == "");
}

BOOST_AUTO_TEST_SUITE_END()

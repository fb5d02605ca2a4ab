#include <vector>

#include <boost/test/unit_test.hpp>

#include <turngate/http/field_list.h>

using namespace turngate;

BOOST_AUTO_TEST_SUITE(field_list)

BOOST_AUTO_TEST_CASE(blanks_are_spaces_and_tabs_at_both_ends) {
    BOOST_TEST(trimmed(" \t a b \t") == "a b");
    BOOST_TEST(trimmed(" \t ") == "");
    BOOST_TEST(trimmed("") == "");
    BOOST_TEST(trimmed("\na\v") == "\na\v");
}

BOOST_AUTO_TEST_CASE(elements_are_taken_one_by_one_empty_ones_too) {
    std::vector<std::string_view> elements;
    for (std::string_view list = " a,,\tb c ,d"; !list.empty();)
        elements.push_back(take_element(list));
    const std::vector<std::string_view> expected = {"a", "", "b c", "d"};
    BOOST_TEST(elements == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_separator_may_be_another) {
    std::string_view list = "q=1, 2; r";
    BOOST_TEST(take_element(list, ';') == "q=1, 2");
    BOOST_TEST(list == " r");
    BOOST_TEST(take_element(list, ';') == "r");
    BOOST_TEST(take_element(list, ';') == "");
}

BOOST_AUTO_TEST_SUITE_END()

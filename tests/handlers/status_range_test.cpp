#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/handlers/status_range.h>

using namespace turngate;

namespace {

struct Case {
    std::string text;
    std::string expected;  // empty: refused
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << '"' << c.text << '"';
}

const Case cases[] = {
    {"200", "200"},
    {"100-499", "100-499"},
    {"200,204,300-399", "200,204,300-399"},
    {" 200 , 300 - 399\t", "200,300-399"},
    {"500-500", "500"},
    {"100-999", "100-999"},
    {"404,200", "404,200"},
    {"", ""},
    {" ", ""},
    {",", ""},
    {"200,", ""},
    {",200", ""},
    {"200,,204", ""},
    {"200 204", ""},
    {"20", ""},
    {"2000", ""},
    {"099", ""},
    {"000-999", ""},
    {"2xx", ""},
    {"200-", ""},
    {"-200", ""},
    {"200-299-399", ""},
    {"399-300", ""},
    {"200..299", ""},
    {"+20", ""},
    {"200;204", ""},
    {"200-\n299", ""},
    {std::string("200\0", 4), ""},
    {"99999999999999999999", ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(status_range)

BOOST_DATA_TEST_CASE(lists_and_ranges_are_read_and_nothing_else, cases) {
    const auto ranges = parse_status_ranges(sample.text);
    BOOST_TEST(ranges.has_value() == !sample.expected.empty());
    if (ranges) BOOST_TEST(status_ranges_text(*ranges) == sample.expected);
}

BOOST_AUTO_TEST_CASE(both_ends_belong_to_a_range) {
    const auto ranges = *parse_status_ranges("204,300-399");
    for (int status : {204, 300, 350, 399})
        BOOST_TEST(contains(ranges, status));
    for (int status : {203, 205, 299, 400, 0})
        BOOST_TEST(!contains(ranges, status));
}

BOOST_AUTO_TEST_CASE(every_text_of_four_such_characters_is_read_or_refused) {
    constexpr std::string_view alphabet = "0259-, x";
    for (std::size_t n = 0; n < 8 * 8 * 8 * 8; ++n) {
        std::string text;
        for (std::size_t rest = n, i = 0; i < 4; ++i, rest /= 8)
            text += alphabet[rest % 8];
        const auto ranges = parse_status_ranges(text);
        if (ranges) BOOST_TEST((parse_status_ranges(status_ranges_text(*ranges)) == ranges), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()

// Which parts a Range asks for.
#include <ostream>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <turngate/http/byte_ranges.h>

using namespace turngate;
namespace data = boost::unit_test::data;

namespace {

// "0-4 7-9", "whole" or "unsatisfiable".
std::string shown(const RangeChoice& choice) {
    if (choice.kind == RangeChoice::Kind::whole) return "whole";
    if (choice.kind == RangeChoice::Kind::unsatisfiable) return "unsatisfiable";
    std::string out;
    for (const ByteRange& range : choice.ranges)
        out += (out.empty() ? "" : " ") + std::to_string(range.first) + '-' +
               std::to_string(range.last);
    return out;
}

struct Case {
    std::string_view range;
    std::string_view expected;  // of 10 bytes
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << '"' << c.range << '"';
}

const Case cases[] = {
    {"bytes=0-4", "0-4"},
    {"bytes=5-", "5-9"},
    {"bytes=-3", "7-9"},
    {"bytes=-30", "0-9"},
    {"bytes=0-99999999999999999999999", "0-9"},
    {"bytes=9-9", "9-9"},
    {"BYTES=0-0", "0-0"},
    {" bytes=0-0 ", "0-0"},
    {"bytes=0-0,-1", "0-0 9-9"},
    {"bytes=0-0, ,, -1 ,", "0-0 9-9"},
    {"bytes=8-9,0-1", "8-9 0-1"},
    {"bytes=0-5,3-9", "0-9"},
    {"bytes=0-1,8-9,2-3", "0-3 8-9"},
    {"bytes=0-1,4-5,2-3", "0-5"},
    {"bytes=8-9,4-5,0-1,6-7", "4-9 0-1"},
    {"bytes=0-1,20-30", "0-1"},
    {"bytes=10-", "unsatisfiable"},
    {"bytes=10-20,30-", "unsatisfiable"},
    {"bytes=99999999999999999999999-", "unsatisfiable"},
    {"bytes=-0", "unsatisfiable"},
    {"bytes=0-,0-,0-", "unsatisfiable"},
    {"bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,11-,12-,13-,14-,15-,16-,17-", "unsatisfiable"},
    {"", "whole"},
    {"bytes", "whole"},
    {"bytes=", "whole"},
    {"bytes=,", "whole"},
    {"bytes=-", "whole"},
    {"bytes=4-3", "whole"},
    {"bytes=a-b", "whole"},
    {"bytes=0x0-5", "whole"},
    {"bytes=+1-5", "whole"},
    {"bytes=1-5-7", "whole"},
    {"bytes=1 - 5", "whole"},
    {"bytes= 1", "whole"},
    {"bytes=0-1;2-3", "whole"},
    {"bytes=0-1,bytes=2-3", "whole"},
    {"items=0-1", "whole"},
    {"bytes =0-1", "whole"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(byte_ranges)

BOOST_DATA_TEST_CASE(a_range_of_ten_bytes, data::make(cases), one) {
    BOOST_TEST(shown(choose_ranges(one.range, 10)) == one.expected);
}

BOOST_AUTO_TEST_CASE(nothing_is_refused_of_an_empty_file) {
    BOOST_TEST(shown(choose_ranges("bytes=0-", 0)) == "whole");
    BOOST_TEST(shown(choose_ranges("bytes=-5", 0)) == "whole");
}

BOOST_AUTO_TEST_CASE(sixteen_ranges_are_answered_and_seventeen_refused) {
    std::string range = "bytes=0-0";
    for (int i = 1; i < 16; ++i)
        range += ',' + std::to_string(i * 10) + '-' + std::to_string(i * 10);
    BOOST_TEST(choose_ranges(range, 1000).ranges.size() == 16u);
    BOOST_TEST(shown(choose_ranges(range + ",900-", 1000)) == "unsatisfiable");
}

BOOST_AUTO_TEST_CASE(the_largest_size_does_not_wrap) {
    BOOST_TEST(shown(choose_ranges("bytes=0-,-1", UINT64_MAX)) == "0-18446744073709551614");
}

BOOST_AUTO_TEST_CASE(a_range_is_told_with_the_whole_length) {
    BOOST_TEST((ByteRange{2, 5}.content_range(10)) == "bytes 2-5/10");
    BOOST_TEST((ByteRange{2, 5}.size()) == 4u);
}

BOOST_AUTO_TEST_SUITE_END()

// Numbers, durations and sizes as people write them.
#include "cli/value.h"

#include <optional>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate::cli;
namespace data = boost::unit_test::data;

namespace {

struct Case {
    const char* text;
    std::int64_t value;  // -1: refused
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << '"' << c.text << '"';
}

const Case durations[] = {
    {"0", 0},
    {"2s", 2'000'000'000},
    {"500ms", 500'000'000},
    {"1m30s", 90'000'000'000},
    {"1.5h", 5'400'000'000'000},
    {"10us", 10'000},
    {"7ns", 7},
    {".5s", 500'000'000},
    {"1d", 86'400'000'000'000},
    {"0s", 0},
    {"", -1},
    {"2", -1},
    {"s", -1},
    {"-2s", -1},
    {"2 s", -1},
    {"2S", -1},
    {"1..5s", -1},
    {"2s5", -1},
    {"1e3s", -1},
    {"300000d", -1},
    {"nans", -1},
};

const Case sizes[] = {
    {"0", 0},
    {"4096", 4096},
    {"64k", 65536},
    {"64K", 65536},
    {"1kB", 1000},
    {"10MiB", 10'485'760},
    {"10mib", 10'485'760},
    {"1.5GB", 1'500'000'000},
    {"1.5 GB", 1'500'000'000},
    {"2T", 2'199'023'255'552},
    {"7b", 7},
    {"", -1},
    {"B", -1},
    {"-1", -1},
    {"1 ", -1},
    {"1  k", -1},
    {"1kk", -1},
    {"1XB", -1},
    {"1MiBs", -1},
    {"9999999TB", -1},
    {"0x10", -1},
};

const Case numbers[] = {
    {"0", 0},   {"42", 42}, {"9223372036854775807", 9'223'372'036'854'775'807},
    {"", -1},   {"+1", -1}, {"1.0", -1},
    {" 1", -1}, {"1 ", -1}, {"9223372036854775808", -1},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(value)

BOOST_DATA_TEST_CASE(a_duration_needs_a_unit, data::make(durations), c) {
    auto parsed = parse_duration(c.text);
    BOOST_TEST((parsed ? parsed->count() : -1) == c.value);
}

BOOST_DATA_TEST_CASE(a_size_is_in_bytes_unless_it_says_otherwise, data::make(sizes), c) {
    auto parsed = parse_size(c.text);
    BOOST_TEST((parsed ? static_cast<std::int64_t>(*parsed) : -1) == c.value);
}

BOOST_DATA_TEST_CASE(a_number_is_digits_and_nothing_else, data::make(numbers), c) {
    BOOST_TEST(parse_number(c.text).value_or(-1) == c.value);
}

BOOST_AUTO_TEST_CASE(a_number_may_be_negative) {
    BOOST_TEST(parse_number("-5").value_or(0) == -5);
}

BOOST_AUTO_TEST_SUITE_END()

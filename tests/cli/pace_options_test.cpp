// How rates and paces are written.
#include "cli/pace_options.h"

#include <optional>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace turngate::cli;

namespace {

struct Text {
    const char* text;
    double value;  // 0: refused
};

std::ostream& operator<<(std::ostream& out, const Text& text) {
    return out << '"' << text.text << '"';
}

constexpr Text rates[] = {
    {"100", 100}, {"100/s", 100}, {"30/m", 0.5},    {"0.5", 0.5}, {".5/s", 0.5}, {"", 0},
    {"/s", 0},    {"0", 0},       {"0/m", 0},       {"-1", 0},    {"+1", 0},     {"1e3", 0},
    {"100/h", 0}, {"100 /s", 0},  {"1/s/s", 0},     {"inf", 0},   {"nan", 0},    {"0x10", 0},
    {"1.2.3", 0}, {"100/", 0},    {"9999999999", 0}};
constexpr Text paces[] = {{"recorded", 1},     {"recorded*2", 2}, {"recorded*0.25", 0.25},
                          {"recorded*0", 0},   {"recorded*", 0},  {"recorded2", 0},
                          {"recorded*-1", 0},  {"Recorded", 0},   {"", 0},
                          {"recorded*1e2", 0}, {"recorded* 2", 0}};

}  // namespace

BOOST_AUTO_TEST_SUITE(pace_options)

BOOST_DATA_TEST_CASE(a_rate_is_a_number_a_second_or_a_minute, boost::unit_test::data::make(rates),
                     rate) {
    BOOST_TEST(parse_rate(rate.text).value_or(0) == rate.value);
}

BOOST_DATA_TEST_CASE(a_pace_is_that_of_the_recording, boost::unit_test::data::make(paces), pace) {
    BOOST_TEST(parse_pace(pace.text).value_or(0) == pace.value);
}

BOOST_AUTO_TEST_SUITE_END()

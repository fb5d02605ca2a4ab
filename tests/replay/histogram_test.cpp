// Percentiles against values that are known.
#include "replay/histogram.h"

#include <boost/test/unit_test.hpp>

using namespace turngate::replay;
using std::chrono::nanoseconds;

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(percentiles_are_told_to_a_fifth_of_a_percent) {
    Histogram h;
    for (int i = 1; i <= 1'000'000; ++i)
        h.add(nanoseconds(i * 1000));

    BOOST_TEST(h.count() == 1'000'000u);
    BOOST_TEST(static_cast<double>(h.percentile(0.5).count()) == 500e6,
               boost::test_tools::tolerance(0.002));
    BOOST_TEST(static_cast<double>(h.percentile(0.99).count()) == 990e6,
               boost::test_tools::tolerance(0.002));
    BOOST_TEST(h.percentile(1.0).count() == 1'000'000'000);
    BOOST_TEST(h.max().count() == 1'000'000'000);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
    Histogram h;
    for (int i = 0; i <= 1000; ++i)
        h.add(nanoseconds(i));

    BOOST_TEST(h.percentile(0).count() == 0);
    BOOST_TEST(h.percentile(0.5).count() == 500);
}

BOOST_AUTO_TEST_CASE(values_out_of_range_count_at_its_ends) {
    Histogram h;
    h.add(nanoseconds(-5));
    h.add(std::chrono::hours(20));

    BOOST_TEST(h.percentile(0.5).count() == 0);
    BOOST_TEST((h.max() == std::chrono::hours(20)));
    BOOST_TEST(Histogram().percentile(0.99).count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

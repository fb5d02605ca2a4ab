// Percentiles against values that are known.
#include "replay/histogram.h"

#include <boost/test/unit_test.hpp>

using namespace turngate::replay;
using std::chrono::nanoseconds;

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(percentiles_are_told_to_three_digits) {
    Histogram h;
    for (int i = 1; i <= 1'000'000; ++i)
        h.add(nanoseconds(i * 1000));

    BOOST_TEST(h.count() == 1'000'000u);
    BOOST_TEST(static_cast<double>(h.percentile(0.5).count()) == 500e6,
               boost::test_tools::tolerance(0.001));
    BOOST_TEST(static_cast<double>(h.percentile(0.99).count()) == 990e6,
               boost::test_tools::tolerance(0.001));
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

// Over the whole range the value that is told is the one that is there, to a thousandth.
BOOST_AUTO_TEST_CASE(every_size_of_value_is_told_to_three_digits) {
    for (std::int64_t value = 1; value <= std::chrono::nanoseconds(std::chrono::hours(1)).count();
         value += 1 + value / 7) {
        Histogram h;
        h.add(nanoseconds(value));
        h.add(std::chrono::hours(20));

        BOOST_TEST(static_cast<double>(h.percentile(0.5).count()) == static_cast<double>(value),
                   boost::test_tools::tolerance(0.001));
    }
}

// A thousand values of 1 ms and one stall, as somebody would count them by hand.
BOOST_AUTO_TEST_CASE(a_rare_stall_shows_where_it_belongs) {
    Histogram h;
    for (int i = 0; i < 999; ++i)
        h.add(std::chrono::milliseconds(1));
    h.add(std::chrono::seconds(2));

    BOOST_TEST(static_cast<double>(h.percentile(0.5).count()) == 1e6,
               boost::test_tools::tolerance(0.001));
    BOOST_TEST(static_cast<double>(h.percentile(0.999).count()) == 1e6,
               boost::test_tools::tolerance(0.001));
    BOOST_TEST(h.percentile(0.9991).count() == 2'000'000'000);
}

BOOST_AUTO_TEST_CASE(merged_histograms_tell_what_one_of_all_values_tells) {
    Histogram all, even, odd;
    for (int i = 0; i < 10'000; ++i) {
        const nanoseconds value(i * i);
        all.add(value);
        (i % 2 == 0 ? even : odd).add(value);
    }

    even.merge(odd);
    even.merge(Histogram());

    BOOST_TEST(even.count() == all.count());
    BOOST_TEST((even.max() == all.max()));
    for (double fraction : {0.0, 0.001, 0.5, 0.9, 0.99, 0.999, 1.0})
        BOOST_TEST(even.percentile(fraction).count() == all.percentile(fraction).count());
}

BOOST_AUTO_TEST_SUITE_END()

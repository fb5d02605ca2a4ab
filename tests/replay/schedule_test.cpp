// When events are due.
#include "replay/schedule.h"

#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate::replay;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

namespace {

std::vector<std::int64_t> due(const Pace& pace, const std::vector<std::int64_t>& recorded) {
    Schedule schedule(pace);
    std::vector<std::int64_t> out;
    for (const std::int64_t time : recorded)
        out.push_back(schedule.next(microseconds(time)).count());
    return out;
}

using List = std::vector<std::int64_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(a_rate_is_kept_over_the_whole_run) {
    Schedule schedule({.rate = 3});
    nanoseconds last{};
    for (int i = 0; i < 300'001; ++i)
        last = schedule.next();
    BOOST_TEST(last.count() == 100'000'000'000'000);
}

BOOST_AUTO_TEST_CASE(recorded_distances_are_kept_or_stretched) {
    const List times = {5'000, 5'010, 5'010, 6'000};

    BOOST_TEST(due({.factor = 1}, times) == (List{0, 10'000, 10'000, 1'000'000}),
               boost::test_tools::per_element());
    BOOST_TEST(due({.factor = 0.5}, times) == (List{0, 5'000, 5'000, 500'000}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_event_that_was_recorded_before_its_predecessor_follows_at_once) {
    BOOST_TEST(due({.factor = 1}, {5'000, 4'000, 4'001}) == (List{0, 0, 1'000}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_moment_is_beyond_what_a_clock_tells) {
    const List moments =
        due({.factor = 1e9}, {1, 253'402'300'799'999'999, 1, 253'402'300'799'999'999});
    for (const std::int64_t moment : moments)
        BOOST_TEST((moment >= 0 && moment < std::int64_t{1} << 62));
    Schedule slow({.rate = 1e-9});
    slow.next();
    BOOST_TEST(slow.next().count() > 0);
}

BOOST_AUTO_TEST_SUITE_END()

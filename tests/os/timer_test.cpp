#include <boost/test/unit_test.hpp>

#include <turngate/os/timer.h>

using turngate::Timer;
using Clock = std::chrono::steady_clock;

namespace {

// Blocks until the token is asked to stop, for a minute at most.
bool stops(const std::stop_token& token) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, token, std::chrono::minutes(1), [] { return false; });
    return token.stop_requested();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(timer)

BOOST_AUTO_TEST_CASE(an_alarm_stops_its_source_at_its_time) {
    Timer timer;
    std::stop_source source;
    auto alarm = timer.request_stop_at(Clock::now() + std::chrono::milliseconds(1), source);
    BOOST_TEST(stops(source.get_token()));
}

BOOST_AUTO_TEST_CASE(an_earlier_alarm_overtakes_a_later_one) {
    Timer timer;
    std::stop_source late, soon;
    auto a = timer.request_stop_at(Clock::now() + std::chrono::hours(1), late);
    auto b = timer.request_stop_at(Clock::now() + std::chrono::milliseconds(1), soon);
    BOOST_TEST(stops(soon.get_token()));
    BOOST_TEST(!late.stop_requested());
}

BOOST_AUTO_TEST_CASE(an_alarm_taken_back_never_fires) {
    Timer timer;
    std::stop_source taken, other;
    const auto at = Clock::now() + std::chrono::milliseconds(5);
    { auto alarm = timer.request_stop_at(at, taken); }
    auto later = timer.request_stop_at(at + std::chrono::milliseconds(1), other);
    BOOST_TEST(stops(other.get_token()));
    BOOST_TEST(!taken.stop_requested());
}

BOOST_AUTO_TEST_CASE(a_time_in_the_past_fires_at_once) {
    Timer timer;
    std::stop_source source;
    auto alarm = timer.request_stop_at(Clock::time_point::min(), source);
    BOOST_TEST(stops(source.get_token()));
}

BOOST_AUTO_TEST_CASE(the_timer_ends_with_alarms_pending) {
    std::stop_source source;
    {
        Timer timer;
        auto alarm = timer.request_stop_at(Clock::now() + std::chrono::hours(1), source);
    }
    BOOST_TEST(!source.stop_requested());
}

BOOST_AUTO_TEST_SUITE_END()

#include "../../handlers/src/handlers/places.h"

#include <future>
#include <stop_token>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using Clock = Context::Clock;
using Taken = Places::Taken;

namespace {

constexpr Clock::time_point never = Clock::time_point::max();

}  // namespace

BOOST_AUTO_TEST_SUITE(places)

BOOST_AUTO_TEST_CASE(as_many_are_taken_as_there_are) {
    Places places(2, 1);
    BOOST_TEST((places.take({}, never) == Taken::yes));
    BOOST_TEST((places.take({}, never) == Taken::yes));
    BOOST_TEST((places.take({}, Clock::now()) == Taken::late));
    places.give_back();
    BOOST_TEST((places.take({}, never) == Taken::yes));
}

BOOST_AUTO_TEST_CASE(where_nobody_may_wait_nobody_does) {
    Places places(1, 0);
    BOOST_TEST((places.take({}, never) == Taken::yes));
    BOOST_TEST((places.take({}, never) == Taken::crowded));
}

BOOST_AUTO_TEST_CASE(who_waits_gets_what_is_given_back) {
    Places places(1, 1);
    places.take({}, never);
    auto waits = std::async(std::launch::async, [&] {
        Taken taken = Taken::crowded;  // where the loop below waits
        while (taken == Taken::crowded)
            taken = places.take({}, never);
        return taken;
    });
    // Where it waits already there is no room for another.
    while (places.take({}, Clock::now()) != Taken::crowded) {
    }
    places.give_back();
    BOOST_TEST((waits.get() == Taken::yes));
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_waits_no_longer) {
    Places places(1, 1);
    places.take({}, never);
    std::stop_source stop;
    auto waits =
        std::async(std::launch::async, [&] { return places.take(stop.get_token(), never); });
    stop.request_stop();
    BOOST_CHECK_THROW(waits.get(), Cancelled);
    BOOST_TEST((places.take({}, Clock::now()) == Taken::late));  // its place in the queue is free
}

BOOST_AUTO_TEST_SUITE_END()

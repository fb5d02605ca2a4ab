// Signals that end a run.
#include "replay/interrupt.h"

#include <csignal>

#include <boost/test/unit_test.hpp>

using turngate::replay::Interrupt;

BOOST_AUTO_TEST_SUITE(interrupt)

BOOST_AUTO_TEST_CASE(a_signal_that_is_ignored_stays_so) {
    const auto old = std::signal(SIGTERM, SIG_IGN);
    {
        const Interrupt interrupt;
        std::raise(SIGTERM);
        BOOST_TEST(interrupt.signal() == 0);
    }
    BOOST_TEST((std::signal(SIGTERM, old) == SIG_IGN));
}

BOOST_AUTO_TEST_CASE(the_first_signal_is_told) {
    const Interrupt interrupt;
    std::raise(SIGTERM);
    BOOST_TEST(interrupt.signal() == SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

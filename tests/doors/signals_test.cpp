// Signals to a door that only counts.
#include "signals.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <semaphore>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "support/skip.h"

using namespace turngate;

namespace {

constexpr std::chrono::seconds patience{10};

class FakeDoor final : public Door {
  public:
    int serve(HandlerPtr) override { return 0; }
    void stop() noexcept override { stopped.release(); }

    std::counting_semaphore<> stopped{0};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(signals)

BOOST_AUTO_TEST_CASE(stop_a_door) {
    for (const int signal : {SIGTERM, SIGINT}) {
        FakeDoor door;
        const SignalWatch watch(door);
        ::raise(signal);
        BOOST_TEST(door.stopped.try_acquire_for(patience));
    }
}

BOOST_AUTO_TEST_CASE(reload_and_stop_though_that_takes_its_time) {
    if (::isatty(STDIN_FILENO) == 1) return test::skip("SIGHUP tells the end of a terminal");
    FakeDoor door;
    std::counting_semaphore<> reloading{0}, go_on{0};
    std::atomic<int> reloads = 0;
    {
        const SignalWatch watch(door, [&] {
            reloading.release();
            go_on.acquire();
            ++reloads;
        });
        ::raise(SIGHUP);
        BOOST_TEST_REQUIRE(reloading.try_acquire_for(patience));
        ::raise(SIGHUP);  // another one, which comes behind
        ::raise(SIGTERM);
        BOOST_TEST(door.stopped.try_acquire_for(patience));
        BOOST_TEST(!reloading.try_acquire());
        go_on.release(2);
        BOOST_TEST(reloading.try_acquire_for(patience));
    }
    BOOST_TEST(reloads == 2);
}

BOOST_AUTO_TEST_SUITE_END()

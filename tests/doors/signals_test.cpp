// Signals to a door that only counts.
#include "signals.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <semaphore>
#include <string>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "support/served.h"
#include "support/skip.h"
#include <turngate/os/subprocess.h>

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

BOOST_AUTO_TEST_CASE(a_second_one_ends_a_program_that_still_drains) {
    os::Subprocess p(
        {TURNGATE_DOOR_PROGRAM, {}, {"PORT=0", "HOST=127.0.0.1", "TURNGATE_DRAIN_TIMEOUT=1000s"}});
    std::string log(500, '\0');
    log.resize(os::read_some(p.err.get(), log));
    const auto at = log.find("127.0.0.1:");
    BOOST_TEST_REQUIRE(at != std::string::npos, log);
    const os::Address address = os::Address::parse(log.substr(at, log.find('"', at) - at));
    const os::Fd client = os::connect_to(address, patience);
    os::write_whole(client.get(), "GET /until-stopped HTTP/1.1\r\nHost: a\r\n\r\n");
    test::read_until(client, "up");

    p.kill(SIGTERM);
    try {  // until it listens no more, and so has begun to drain
        while (os::connect_to(address, patience))
            std::this_thread::yield();
    } catch (const std::system_error&) {
    }
    p.kill(SIGTERM);

    BOOST_TEST(p.wait()->code == 128 + SIGTERM);
    BOOST_TEST(!test::read_all(client).ends_with("\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

// A door that is to start anew while some are at work.
#include "renewal.h"

#include <atomic>
#include <optional>
#include <semaphore>
#include <string>

#include <boost/test/unit_test.hpp>

#include "support/served.h"

using namespace turngate;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view stuck_request = "GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view slow_request = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";

// Serves "/stuck" and "/slow", which wait until they are let go, and "/", which does not.
struct Renewed {
    StuckThreads stuck;
    std::counting_semaphore<> begun{0}, stuck_may_end{0}, slow_may_end{0};
    std::binary_semaphore is_started{0};
    Renewal renewal;
    test::Served served;

    explicit Renewed(std::chrono::milliseconds patience, std::chrono::milliseconds longest = 24h)
        : renewal({.stuck = stuck,
                   .hold_door = true,
                   .patience = patience,
                   .longest = longest,
                   .start = [this] { is_started.release(); }}),
          served(renewal.watched(to_handler([this](Request& request) {
              if (request.url.path == "/") return text("at once");
              begun.release();
              (request.url.path == "/stuck" ? stuck_may_end : slow_may_end).acquire();
              return text("whole");
          })),
                 http_door(equipped(renewal))) {
        renewal.watch(served.door());
    }
    ~Renewed() { stuck_may_end.release(8); }

    static HttpOptions equipped(Renewal& renewal) {
        HttpOptions options{.listen = {"127.0.0.1:0"}, .drain_timeout = 1ms};
        renewal.equip(options);
        return options;
    }

    os::Fd send(std::string_view request) {
        os::Fd fd = served.connect();
        os::write_whole(fd.get(), request);
        return fd;
    }
    os::Fd send_stuck() {
        os::Fd fd = send(stuck_request);
        begun.acquire();
        stuck.add();
        return fd;
    }
    bool is_deaf() const {
        try {
            served.connect();
            return false;
        } catch (const std::system_error&) {
            return true;
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(renewal)

BOOST_AUTO_TEST_CASE(it_starts_when_only_the_stuck_are_left) {
    Renewed renewed(24h);
    const os::Fd stuck = renewed.send_stuck();
    BOOST_TEST(renewed.renewal.begin());
    BOOST_TEST(!renewed.renewal.begin());
    renewed.is_started.acquire();  // a hang here is the failure
    BOOST_TEST(renewed.is_deaf());
}

BOOST_AUTO_TEST_CASE(it_serves_on_while_others_are_at_work) {
    Renewed renewed(24h);
    const os::Fd stuck = renewed.send_stuck(), slow = renewed.send(slow_request);
    renewed.begun.acquire();
    renewed.renewal.begin();
    BOOST_TEST(test::ask(renewed.served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                   .ends_with("at once"));
    BOOST_TEST(!renewed.is_started.try_acquire());
    renewed.slow_may_end.release();
    renewed.is_started.acquire();  // a hang here is the failure
    BOOST_TEST(test::read_all(slow).ends_with("whole"));
}

// The time to drain, of a millisecond, is for who is told to stop.
BOOST_AUTO_TEST_CASE(who_has_time_still_is_waited_for_though_nobody_comes_in_any_more) {
    Renewed renewed(1ms);
    const os::Fd stuck = renewed.send_stuck(), slow = renewed.send(slow_request);
    renewed.begun.acquire();
    const StuckThreads::Expected its_time(renewed.stuck, StuckThreads::Clock::now() + 24h);
    renewed.renewal.begin();
    while (!renewed.is_deaf())
        std::this_thread::yield();  // a hang here is the failure
    BOOST_TEST(!renewed.is_started.try_acquire_for(100ms));
    renewed.slow_may_end.release();
    BOOST_TEST(test::read_all(slow).ends_with("whole"));
    renewed.is_started.acquire();
}

// It is the client who says how much.
BOOST_AUTO_TEST_CASE(who_has_very_much_time_is_not_waited_for_that_long) {
    Renewed renewed(1ms, 1ms);
    const os::Fd stuck = renewed.send_stuck(), slow = renewed.send(slow_request);
    renewed.begun.acquire();
    const StuckThreads::Expected its_time(renewed.stuck, StuckThreads::Clock::now() + 24h);
    renewed.renewal.begin();
    renewed.is_started.acquire();  // a hang here is the failure
    renewed.slow_may_end.release();
}

BOOST_AUTO_TEST_CASE(who_has_no_time_of_its_own_is_not_waited_for_for_ever) {
    Renewed renewed(1ms);
    const os::Fd stuck = renewed.send_stuck(), slow = renewed.send(slow_request);
    renewed.begun.acquire();
    renewed.renewal.begin();
    renewed.is_started.acquire();  // a hang here is the failure
    renewed.slow_may_end.release();
}

// It is no longer at work, or ends while it is waited for.
BOOST_AUTO_TEST_CASE(who_has_ended_before_its_time_is_not_waited_for) {
    for (const bool ends_before : {true, false}) {
        Renewed renewed(1ms);
        const os::Fd stuck = renewed.send_stuck(), slow = renewed.send(slow_request);
        renewed.begun.acquire();
        std::optional<StuckThreads::Expected> its_time;
        its_time.emplace(renewed.stuck, StuckThreads::Clock::now() + 24h);
        if (ends_before) its_time.reset();
        renewed.renewal.begin();
        while (!renewed.is_deaf())
            std::this_thread::yield();  // a hang here is the failure
        if (!ends_before) BOOST_TEST(!renewed.is_started.try_acquire_for(100ms));
        its_time.reset();
        renewed.renewal.look();
        renewed.is_started.acquire();  // a hang here is the failure
        renewed.slow_may_end.release();
    }
}

BOOST_AUTO_TEST_CASE(another_that_is_stuck_is_not_waited_for_either) {
    Renewed renewed(24h);
    const os::Fd one = renewed.send_stuck(), slow = renewed.send(slow_request);
    renewed.begun.acquire();
    renewed.renewal.begin();
    BOOST_TEST(!renewed.is_started.try_acquire());
    renewed.stuck.add();  // the slow one
    renewed.renewal.look();
    renewed.is_started.acquire();  // a hang here is the failure
    renewed.slow_may_end.release();
}

BOOST_AUTO_TEST_CASE(whose_threads_are_elsewhere_starts_when_the_door_has_ended) {
    StuckThreads stuck;
    std::binary_semaphore is_started{0};
    Renewal renewal({.stuck = stuck, .patience = 24h, .start = [&] { is_started.release(); }});
    test::Served served([](Request&) { return text(""); });
    renewal.watch(served.door());
    renewal.door_has_ended();
    BOOST_TEST(!is_started.try_acquire());
    stuck.add();
    renewal.begin();
    served.stop();
    renewal.door_has_ended();
    BOOST_TEST(is_started.try_acquire());
}

BOOST_AUTO_TEST_CASE(one_that_never_begins_does_not_hold_anybody_up) {
    StuckThreads stuck;
    Renewal renewal({.stuck = stuck, .patience = 24h, .start = [] { BOOST_ERROR("it starts"); }});
    test::Served served(renewal.watched(to_handler([](Request&) { return text(""); })));
    renewal.watch(served.door());
    BOOST_TEST(test::ask(served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                   .starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_SUITE_END()

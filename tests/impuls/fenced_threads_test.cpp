// Work that ends, and work that does not.
#include "fenced_threads.h"

#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

const FencedThreads::Clock::time_point far_off = FencedThreads::Clock::now() + 24h;

void wait_until_none_is_left(const FencedThreads& threads) {
    while (threads.left_behind() > 0)
        std::this_thread::yield();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fenced_threads)

BOOST_AUTO_TEST_CASE(work_is_done_on_a_thread_of_its_own) {
    FencedThreads threads;
    std::thread::id id;
    BOOST_TEST(threads.run([&] { id = std::this_thread::get_id(); }, far_off, {}, 0ms));
    BOOST_TEST((id != std::this_thread::get_id()));
    BOOST_TEST(threads.left_behind() == 0u);
}

BOOST_AUTO_TEST_CASE(what_work_owns_has_gone_when_it_is_done) {
    FencedThreads threads;
    const auto owned = std::make_shared<int>(7);
    BOOST_TEST(threads.run([owned] {}, far_off, {}, 0ms));
    BOOST_TEST(owned.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(work_that_is_late_is_left_behind_until_it_ends) {
    FencedThreads threads;
    const auto end = std::make_shared<std::latch>(1);
    BOOST_TEST(!threads.run([end] { end->wait(); }, FencedThreads::Clock::now(), {}, 0ms));
    BOOST_TEST(threads.left_behind() == 1u);

    end->count_down();
    wait_until_none_is_left(threads);
}

BOOST_AUTO_TEST_CASE(work_that_nobody_waits_for_is_left_behind) {
    FencedThreads threads;
    std::stop_source stop;
    const auto end = std::make_shared<std::latch>(1);
    std::latch begun(1);
    std::thread stopper([&] {
        begun.wait();
        stop.request_stop();
    });
    BOOST_TEST(!threads.run(
        [end, &begun] {
            begun.count_down();
            end->wait();
        },
        far_off, stop.get_token(), 1ms));
    stopper.join();

    end->count_down();
    wait_until_none_is_left(threads);
}

BOOST_AUTO_TEST_CASE(work_may_outlive_who_had_it_done) {
    const auto end = std::make_shared<std::latch>(1);
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    {
        FencedThreads threads;
        threads.run(
            [end, ended] {
                end->wait();
                *ended = true;
                ended->notify_all();
            },
            FencedThreads::Clock::now(), {}, 0ms);
    }
    end->count_down();
    ended->wait(false);
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/stack_pool.h"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace turngate::net;

namespace {

// Where a task leaves word that it waits.
struct Spot {
    std::atomic<Stack*> waiting{nullptr};
    bool may_wait = true;

    static bool publish(void* self, Stack& suspended) {
        Spot& spot = *static_cast<Spot*>(self);
        if (!spot.may_wait) return false;
        spot.waiting = &suspended;
        return true;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stack_pool)

BOOST_AUTO_TEST_CASE(a_task_that_never_waits_is_done_when_run_returns) {
    StackPool pool;
    std::string said;
    BOOST_TEST(!StackPool::is_in_task());
    pool.run([&] { said = StackPool::is_in_task() ? "in a task" : "in none"; });
    BOOST_TEST(said == "in a task");
    BOOST_TEST(!StackPool::is_in_task());
}

BOOST_AUTO_TEST_CASE(a_suspended_task_goes_on_where_it_is_resumed) {
    StackPool pool;
    Spot spot;
    std::array<pid_t, 2> threads{};
    pool.run([&] {
        threads[0] = ::gettid();
        BOOST_TEST(pool.suspend(Spot::publish, &spot));
        threads[1] = ::gettid();
    });
    BOOST_TEST(threads[0] == ::gettid());
    BOOST_TEST(threads[1] == 0);
    BOOST_REQUIRE(spot.waiting.load());
    std::thread([&] { pool.resume(*spot.waiting.load()); }).join();
    BOOST_TEST(threads[1] != 0);
    BOOST_TEST(threads[1] != threads[0]);
}

BOOST_AUTO_TEST_CASE(who_finds_that_there_is_nothing_to_wait_for_goes_on_at_once) {
    StackPool pool;
    Spot spot;
    spot.may_wait = false;
    bool has_gone_on = false;
    pool.run([&] { has_gone_on = pool.suspend(Spot::publish, &spot); });
    BOOST_TEST(has_gone_on);
}

BOOST_AUTO_TEST_CASE(who_is_no_task_cannot_be_suspended) {
    StackPool pool;
    Spot spot;
    BOOST_TEST(!pool.suspend(Spot::publish, &spot));
    BOOST_TEST(!spot.waiting.load());
}

BOOST_AUTO_TEST_CASE(a_task_within_a_task_runs_on_its_stack) {
    StackPool pool;
    Spot spot;
    std::string said;
    pool.run([&] {
        pool.run([&] { pool.suspend(Spot::publish, &spot); });
        said = "behind";
    });
    BOOST_TEST(said.empty());
    pool.resume(*spot.waiting.load());
    BOOST_TEST(said == "behind");
}

BOOST_AUTO_TEST_CASE(what_a_task_owns_is_moved_to_it_and_ends_with_it) {
    StackPool pool;
    Spot spot;
    auto owned = std::make_shared<int>(1);
    pool.run([&, kept = owned] {
        pool.suspend(Spot::publish, &spot);
        *kept = 2;
    });
    BOOST_TEST(owned.use_count() == 2);
    pool.resume(*spot.waiting.load());
    BOOST_TEST(*owned == 2);
    BOOST_TEST(owned.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(hundreds_wait_and_are_resumed_by_many) {
    constexpr std::size_t many = 300;
    StackPool pool;
    std::vector<Spot> spots(many);
    std::atomic<std::size_t> done{0};
    for (int round = 0; round < 3; ++round) {
        for (Spot& spot : spots) {
            spot.waiting = nullptr;
            pool.run([&pool, &spot, &done] {
                pool.suspend(Spot::publish, &spot);
                ++done;
            });
        }
        std::atomic<std::size_t> next{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (std::size_t mine; (mine = next++) < many;)
                    pool.resume(*spots[mine].waiting.load());
            });
        for (std::thread& thread : threads)
            thread.join();
    }
    BOOST_TEST(done == 3 * many);
}

BOOST_AUTO_TEST_SUITE_END()

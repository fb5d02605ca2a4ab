// Work that ends, and work that does not.
#include "fenced_threads.h"

#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate;
using namespace std::chrono_literals;

using End = FencedThreads::End;

namespace {

const FencedThreads::Clock::time_point far_off = FencedThreads::Clock::now() + 24h;

void wait_until_none_is_left(const FencedThreads& threads) {
    while (threads.left_behind() > 0)
        std::this_thread::yield();
}

// Work that goes on until it is let go, whoever waits for it.
struct Endless {
    std::shared_ptr<std::latch> end = std::make_shared<std::latch>(1);
    std::stop_source gone = [] {
        std::stop_source stop;
        stop.request_stop();
        return stop;
    }();

    // It has time until then, and its client has left already.
    End leave(FencedThreads& threads, std::optional<FencedThreads::Clock::time_point> until) const {
        return threads.run([end = end] { end->wait(); }, until, gone.get_token(), 0ms);
    }
    End be_late(FencedThreads& threads) const {
        return threads.run([end = end] { end->wait(); }, FencedThreads::Clock::now(), {}, 0ms);
    }
    void let_go(const FencedThreads& threads) const {
        end->count_down();
        wait_until_none_is_left(threads);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fenced_threads)

BOOST_AUTO_TEST_CASE(work_is_done_on_a_thread_of_its_own) {
    FencedThreads threads;
    std::thread::id id;
    const auto end = threads.run([&] { id = std::this_thread::get_id(); }, far_off, {}, 0ms);
    BOOST_TEST((end == End::returned));
    BOOST_TEST((id != std::this_thread::get_id()));
    BOOST_TEST(threads.left_behind() == 0u);
}

BOOST_AUTO_TEST_CASE(a_thread_is_used_again) {
    FencedThreads threads;
    std::set<std::thread::id> ids;
    for (int i = 0; i < 100; ++i)
        threads.run([&] { ids.insert(std::this_thread::get_id()); }, far_off, {}, 0ms);
    BOOST_TEST(ids.size() == 1u);
    const Endless endless;
    endless.leave(threads, {});  // it is at work still
    threads.run([&] { ids.insert(std::this_thread::get_id()); }, far_off, {}, 0ms);
    BOOST_TEST(ids.size() == 2u);
    endless.let_go(threads);
}

BOOST_AUTO_TEST_CASE(there_are_never_more_threads_than_there_may_be) {
    constexpr std::size_t most = 3;
    FencedThreads threads({.most = most});
    std::mutex mutex;
    std::set<std::thread::id> ids;
    std::atomic<int> done = 0;
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < 8; ++i)
            callers.emplace_back([&] {
                for (int n = 0; n < 200; ++n) {
                    const auto note = [&] {
                        const std::lock_guard lock(mutex);
                        ids.insert(std::this_thread::get_id());
                    };
                    if (threads.run(note, far_off, {}, 0ms) == End::returned) ++done;
                }
            });
    }
    BOOST_TEST(done > 0);
    BOOST_TEST(ids.size() <= most);
}

BOOST_AUTO_TEST_CASE(what_work_owns_has_gone_when_it_is_done) {
    FencedThreads threads;
    const auto owned = std::make_shared<int>(7);
    BOOST_TEST((threads.run([owned] {}, {}, {}, 0ms) == End::returned));
    BOOST_TEST(owned.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(work_that_is_late_is_left_behind_until_it_ends) {
    FencedThreads threads;
    const Endless endless;
    BOOST_TEST((endless.be_late(threads) == End::left_behind));
    BOOST_TEST(threads.left_behind() == 1u);
    endless.let_go(threads);
}

BOOST_AUTO_TEST_CASE(work_that_nobody_waits_for_is_left_behind) {
    FencedThreads threads;
    const Endless endless;
    BOOST_TEST((endless.leave(threads, far_off) == End::left_behind));
    BOOST_TEST((endless.leave(threads, {}) == End::left_behind));
    BOOST_TEST(threads.left_behind() == 2u);
    endless.let_go(threads);
}

// However it was left, until it returns.
BOOST_AUTO_TEST_CASE(what_is_left_behind_counts_among_what_there_may_be) {
    FencedThreads threads({.most = 3});
    const Endless endless;
    BOOST_TEST((endless.leave(threads, far_off) == End::left_behind));
    BOOST_TEST((endless.leave(threads, {}) == End::left_behind));
    BOOST_TEST((threads.run([] {}, far_off, {}, 0ms) == End::returned));
    BOOST_TEST((endless.be_late(threads) == End::left_behind));
    BOOST_TEST((threads.run([] { BOOST_ERROR("it runs"); }, far_off, {}, 0ms) == End::refused));
    endless.let_go(threads);
    BOOST_TEST((threads.run([] {}, far_off, {}, 0ms) == End::returned));
}

BOOST_AUTO_TEST_CASE(so_many_that_are_late_are_told_of) {
    int exhausted = 0;
    FencedThreads threads({.most_late = 2, .exhausted = [&] { ++exhausted; }});
    const Endless endless;
    for (int i = 0; i < 5; ++i)
        endless.leave(threads, far_off);  // they may end in their time
    endless.be_late(threads);
    BOOST_TEST(exhausted == 0);
    endless.be_late(threads);
    BOOST_TEST(exhausted == 1);
    endless.let_go(threads);
}

BOOST_AUTO_TEST_CASE(who_becomes_late_after_its_client_has_left_is_told_of_as_well) {
    int exhausted = 0;
    FencedThreads threads({.most_late = 1, .exhausted = [&] { ++exhausted; }});
    const Endless endless;
    const auto soon = FencedThreads::Clock::now() + 1s;
    endless.leave(threads, soon);
    std::this_thread::sleep_until(soon);
    threads.run([] {}, far_off, {}, 0ms);
    BOOST_TEST(exhausted > 0);
    endless.let_go(threads);
}

// Else who has no time of its own, or as good as none, would hold its place up for ever.
BOOST_AUTO_TEST_CASE(who_was_left_behind_is_late_at_some_time_whatever_time_it_has) {
    for (const auto until : {std::optional<FencedThreads::Clock::time_point>(),
                             std::optional<FencedThreads::Clock::time_point>(far_off)}) {
        int exhausted = 0;
        FencedThreads threads({.most_late = 1, .longest = 0ms, .exhausted = [&] { ++exhausted; }});
        const Endless endless;
        endless.leave(threads, until);
        BOOST_TEST(exhausted == 1);
        endless.let_go(threads);
    }
}

BOOST_AUTO_TEST_CASE(who_is_told_of_them_may_fail) {
    int exhausted = 0;
    FencedThreads threads({.most_late = 1, .exhausted = [&] {
                               ++exhausted;
                               throw std::runtime_error("no");
                           }});
    const Endless endless;
    BOOST_TEST((endless.be_late(threads) == End::left_behind));
    BOOST_TEST((threads.run([] {}, far_off, {}, 0ms) == End::returned));
    BOOST_TEST(exhausted == 2);  // the next one tells again
    endless.let_go(threads);
}

BOOST_AUTO_TEST_CASE(nothing_but_what_was_left_behind_is_told_of) {
    int exhausted = 0;
    FencedThreads threads({.most = 2, .most_late = 9, .exhausted = [&] { ++exhausted; }});
    const Endless endless;
    endless.leave(threads, {});
    BOOST_TEST(exhausted == 0);
    endless.leave(threads, far_off);
    BOOST_TEST(exhausted == 1);
    endless.let_go(threads);
}

BOOST_AUTO_TEST_CASE(others_may_know_how_long_somebody_waits_for_it) {
    FencedThreads threads;
    const auto expected = [&] { return threads.stuck().last_expected(); };
    threads.run([&] { BOOST_TEST((expected() == far_off)); }, far_off, {}, 0ms);
    BOOST_TEST((expected() < far_off));
    threads.run([&] { BOOST_TEST((expected() < far_off)); }, {}, {}, 0ms);
    const Endless endless;
    endless.leave(threads, far_off);
    BOOST_TEST((expected() < far_off));
    endless.let_go(threads);
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

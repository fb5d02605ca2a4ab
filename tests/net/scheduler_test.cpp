// The threads of a door without a door: events of descriptors, jobs, and handlers that block.
#include "net/scheduler.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <pthread.h>
#include <semaphore>
#include <sys/eventfd.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <turngate/os/fd.h>

using namespace turngate;
using namespace turngate::net;
using std::chrono::seconds;

namespace {

constexpr seconds patience{10};

// Events of descriptors that a test signals, and what is to be done with them.
class Place final : private Scheduler::Target {
  public:
    explicit Place(std::size_t max_threads) : scheduler(*this, max_threads) {}
    ~Place() override { finish(); }

    void run() {
        thread_ = std::thread([this] { scheduler.run(); });
    }
    void finish() {
        scheduler.finish();
        if (thread_.joinable()) thread_.join();
    }

    // A source of events with this key; its number.
    std::size_t add(std::uint64_t key) {
        sources_.emplace_back(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.u64 = key;
        BOOST_TEST_REQUIRE(
            ::epoll_ctl(scheduler.epoll(), EPOLL_CTL_ADD, sources_.back().get(), &event) == 0);
        return sources_.size() - 1;
    }
    void signal(std::size_t source) {
        const std::uint64_t one = 1;
        BOOST_TEST_REQUIRE(::write(sources_[source].get(), &one, sizeof one) == sizeof one);
    }

    Scheduler scheduler;
    std::function<void(std::uint64_t, std::uint32_t, bool)> deal_with = [](std::uint64_t,
                                                                           std::uint32_t, bool) {};
    std::function<void()> tick = [] {};
    std::atomic<int> tick_length_ms = 0;

  private:
    void on_event(std::uint64_t key, std::uint32_t events, bool is_express) override {
        deal_with(key, events, is_express);
    }
    void on_tick() override { tick(); }
    std::chrono::milliseconds tick_length() const override {
        return std::chrono::milliseconds(tick_length_ms);
    }

    std::vector<os::Fd> sources_;
    std::thread thread_;
};

// What a place does in its ticks: nothing, or it makes the watching thread look at nothing else.
class StuckTick {
  public:
    void operator()() {
        if (!is_to_stick_.exchange(false)) return;
        is_stuck_.release();
        go_on_.try_acquire_for(3 * patience);  // a test that fails ends, too
    }
    void stick() {
        is_to_stick_ = true;
        BOOST_TEST_REQUIRE(is_stuck_.try_acquire_for(patience));
    }
    void go_on() { go_on_.release(); }

  private:
    std::atomic<bool> is_to_stick_{false};
    std::binary_semaphore is_stuck_{0}, go_on_{0};
};

// As long as it lives, the system has no room for another thread.
class NoMoreThreads {
  public:
    NoMoreThreads() {
        ::pthread_getattr_default_np(&before_);
        pthread_attr_t huge;
        ::pthread_attr_init(&huge);
        BOOST_TEST_REQUIRE(::pthread_attr_setstacksize(&huge, std::size_t{1} << 46) == 0);
        ::pthread_setattr_default_np(&huge);
        ::pthread_attr_destroy(&huge);
    }
    NoMoreThreads(const NoMoreThreads&) = delete;
    NoMoreThreads& operator=(const NoMoreThreads&) = delete;
    ~NoMoreThreads() {
        ::pthread_setattr_default_np(&before_);
        ::pthread_attr_destroy(&before_);
    }

  private:
    pthread_attr_t before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scheduler)

BOOST_AUTO_TEST_CASE(deals_with_events_jobs_and_what_is_passed_on) {
    std::counting_semaphore<> done{0};
    std::atomic<std::uint64_t> keys = 0;
    std::atomic<std::uint32_t> events = 0;
    Place place(4);
    place.deal_with = [&](std::uint64_t key, std::uint32_t with, bool is_express) {
        keys += key;
        if (key == 1000) events = with;
        if (!is_express) done.release();
    };
    place.run();
    place.signal(place.add(1));
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(place.scheduler.pass_on(i == 0 ? 1000 : 100, EPOLLIN | EPOLLRDHUP));
    for (int i = 0; i < 10; ++i)
        place.scheduler.post([&] {
            keys += 10'000;
            done.release();
        });
    for (int i = 0; i < 21; ++i)
        BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
    BOOST_TEST(keys == 1u + 1000 + 900 + 100'000);
    BOOST_TEST(events == std::uint32_t{EPOLLIN | EPOLLRDHUP});
}

BOOST_AUTO_TEST_CASE(has_more_threads_when_all_are_held_up) {
    constexpr int many = 20;
    std::counting_semaphore<> inside{0}, go_on{0};
    Place place(many);
    place.deal_with = [&](std::uint64_t, std::uint32_t, bool) {
        inside.release();
        go_on.acquire();
    };
    place.run();
    for (int i = 0; i < many; ++i)
        place.signal(place.add(1));
    for (int i = 0; i < many; ++i)
        BOOST_TEST(inside.try_acquire_for(patience));
    BOOST_TEST(place.scheduler.is_crowded());
    go_on.release(many);
}

BOOST_AUTO_TEST_CASE(has_more_threads_for_jobs_that_are_held_up) {
    constexpr int many = 20;
    std::counting_semaphore<> inside{0}, go_on{0};
    Place place(many);
    place.run();
    for (int i = 0; i < many; ++i)
        place.scheduler.post([&] {
            inside.release();
            go_on.acquire();
        });
    for (int i = 0; i < many; ++i)
        BOOST_TEST(inside.try_acquire_for(patience));
    go_on.release(many);
}

BOOST_AUTO_TEST_CASE(takes_events_in_express_when_it_may_have_no_more_threads) {
    std::counting_semaphore<> inside{0}, express{0}, go_on{0};
    Place place(2);
    place.deal_with = [&](std::uint64_t, std::uint32_t, bool is_express) {
        if (is_express) return express.release();
        inside.release();
        go_on.acquire();
    };
    place.run();
    for (int i = 0; i < 2; ++i) {
        place.signal(place.add(1));
        BOOST_TEST_REQUIRE(inside.try_acquire_for(patience));
    }
    place.signal(place.add(1));
    BOOST_TEST(express.try_acquire_for(patience));
    BOOST_TEST(place.scheduler.pass_on(1, EPOLLIN));
    BOOST_TEST(express.try_acquire_for(patience));
    std::binary_semaphore done{0};
    place.scheduler.post([&] { done.release(); });  // may block: it waits for a thread
    place.signal(place.add(1));
    BOOST_TEST(express.try_acquire_for(patience));
    BOOST_TEST(!done.try_acquire());
    go_on.release(2);
    BOOST_TEST(done.try_acquire_for(patience));
}

BOOST_AUTO_TEST_CASE(has_threads_in_place_of_those_that_wait_for_slow_clients) {
    constexpr int slow = 20;
    std::counting_semaphore<> inside{0}, others{0}, go_on{0};
    std::atomic<int> in_express{0};
    Place place(2);
    place.deal_with = [&](std::uint64_t key, std::uint32_t, bool is_express) {
        if (is_express) ++in_express;
        if (key == 2) return others.release();
        const Scheduler::Aside aside(place.scheduler);
        inside.release();
        go_on.acquire();
    };
    place.run();
    for (int i = 0; i < slow; ++i)
        place.signal(place.add(1));
    for (int i = 0; i < slow; ++i)
        BOOST_TEST(inside.try_acquire_for(patience));
    const auto until = std::chrono::steady_clock::now() + patience;
    while (place.scheduler.is_crowded() && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();  // threads have just been started, and wait for events soon
    BOOST_TEST(!place.scheduler.is_crowded());
    place.signal(place.add(2));
    BOOST_TEST(others.try_acquire_for(patience));
    BOOST_TEST(in_express == 0);
    go_on.release(slow);
}

// The watching thread starts some, too, but may have other things to do.
BOOST_AUTO_TEST_CASE(has_at_once_another_thread_for_one_that_waits_for_a_client) {
    constexpr int waiting = 20;
    std::counting_semaphore<> inside{0}, go_on{0};
    StuckTick tick;
    Place place(64);
    place.tick_length_ms = 1;
    place.tick = std::ref(tick);
    place.deal_with = [&](std::uint64_t, std::uint32_t, bool) {
        const Scheduler::Held held(place.scheduler);
        inside.release();
        go_on.acquire();
    };
    place.run();
    tick.stick();
    for (int i = 0; i < waiting; ++i)
        place.signal(place.add(1));
    for (int i = 0; i < waiting; ++i)
        BOOST_TEST(inside.try_acquire_for(patience));
    go_on.release(waiting);
    tick.go_on();
}

BOOST_AUTO_TEST_CASE(gives_to_others_at_once_what_one_has_taken_that_waits_for_a_client) {
    std::counting_semaphore<> done{0};
    std::binary_semaphore go_on{0};
    StuckTick tick;
    Place place(64);
    place.tick_length_ms = 1;
    place.tick = std::ref(tick);
    place.deal_with = [&](std::uint64_t key, std::uint32_t, bool) {
        if (key == 3) done.release();
        if (key != 2) return;
        const Scheduler::Held held(place.scheduler);
        go_on.acquire();
    };
    place.run();
    std::vector<std::size_t> brisk, behind;
    for (int i = 0; i < 32; ++i)
        brisk.push_back(place.add(1));
    const std::size_t waiting = place.add(2);
    for (int i = 0; i < 14; ++i)
        behind.push_back(place.add(3));
    for (int round = 0; round < 20; ++round) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
        while (std::chrono::steady_clock::now() < until)
            for (const std::size_t source : brisk)
                place.signal(source);
        tick.stick();
        place.signal(waiting);
        for (const std::size_t source : behind)
            place.signal(source);
        for (std::size_t i = 0; i < behind.size(); ++i)
            BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
        go_on.release();
        tick.go_on();
    }
}

BOOST_AUTO_TEST_CASE(takes_events_in_express_when_the_system_has_no_more_threads) {
    std::counting_semaphore<> inside{0}, express{0}, go_on{0};
    Place place(64);
    place.deal_with = [&](std::uint64_t key, std::uint32_t, bool is_express) {
        if (is_express) return express.release();
        inside.release();
        if (key == 1) go_on.acquire();
    };
    place.run();
    const std::size_t first = place.add(2);
    place.signal(first);  // the first threads run
    BOOST_TEST_REQUIRE(inside.try_acquire_for(patience));
    {
        const NoMoreThreads none;
        for (int i = 0; i < 64; ++i)
            place.signal(place.add(1));
        BOOST_TEST(express.try_acquire_for(patience));
    }
    while (express.try_acquire()) {
    }
    place.signal(place.add(1));  // and when there are some again, they are used
    BOOST_TEST(inside.try_acquire_for(patience));
    go_on.release(100);
}

BOOST_AUTO_TEST_CASE(gives_to_others_what_a_thread_that_is_held_up_has_taken) {
    std::atomic<int> dealt_with = 0;
    std::binary_semaphore go_on{0};
    std::counting_semaphore<> done{0};
    Place place(64);
    place.deal_with = [&](std::uint64_t key, std::uint32_t, bool) {
        ++dealt_with;
        if (key == 2) go_on.acquire();
        if (key > 2) done.release();
    };
    place.run();
    // Brisk events, so that several are taken at once.
    std::vector<std::size_t> brisk;
    for (int i = 0; i < 32; ++i)
        brisk.push_back(place.add(1));
    const std::size_t held_up = place.add(2);
    std::vector<std::size_t> behind;
    for (int i = 0; i < 14; ++i)
        behind.push_back(place.add(3));
    for (int round = 0; round < 50; ++round) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
        while (std::chrono::steady_clock::now() < until)
            for (const std::size_t source : brisk)
                place.signal(source);
        place.signal(held_up);
        for (const std::size_t source : behind)
            place.signal(source);
        for (std::size_t i = 0; i < behind.size(); ++i)
            BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
        go_on.release();
    }
}

BOOST_AUTO_TEST_CASE(gives_to_others_what_a_thread_that_is_held_up_has_taken_along) {
    std::binary_semaphore taken{0}, done{0}, go_on{0};
    std::atomic<bool> has_taken = false;
    Place place(64);
    place.deal_with = [&](std::uint64_t key, std::uint32_t, bool) {
        if (key == 3) done.release();
        if (key == 2 && !has_taken && place.scheduler.take_along(3, EPOLLIN)) {
            has_taken = true;
            taken.release();
            go_on.acquire();
        }
    };
    BOOST_TEST(!place.scheduler.take_along(3, EPOLLIN));  // this is no thread of it
    place.run();
    // Brisk events, so that several are taken at once.
    std::vector<std::size_t> brisk;
    for (int i = 0; i < 32; ++i)
        brisk.push_back(place.add(1));
    const std::size_t held_up = place.add(2);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!has_taken && std::chrono::steady_clock::now() < until) {
        for (const std::size_t source : brisk)
            place.signal(source);
        place.signal(held_up);
    }
    BOOST_TEST(taken.try_acquire_for(patience));
    BOOST_TEST(done.try_acquire_for(patience));
    go_on.release();
}

BOOST_AUTO_TEST_CASE(parks_threads_and_takes_them_again) {
    constexpr int many = 16;
    std::counting_semaphore<> inside{0}, go_on{0}, done{0};
    Place place(many);
    place.deal_with = [&](std::uint64_t key, std::uint32_t, bool) {
        if (key == 1) {
            inside.release();
            go_on.acquire();
        }
        done.release();
    };
    place.run();
    std::vector<std::size_t> slow;
    for (int i = 0; i < many; ++i)
        slow.push_back(place.add(1));
    const std::size_t fast = place.add(2);
    for (int round = 0; round < 20; ++round) {
        for (const std::size_t source : slow)
            place.signal(source);
        for (int i = 0; i < many; ++i)
            BOOST_TEST_REQUIRE(inside.try_acquire_for(patience));
        go_on.release(many);
        for (int i = 0; i < many; ++i)
            BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
        for (int i = 0; i < 100; ++i) {
            place.signal(fast);
            BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
        }
    }
}

BOOST_AUTO_TEST_CASE(ticks_as_often_as_it_is_told) {
    std::counting_semaphore<> ticks{0};
    Place place(2);
    place.tick = [&] { ticks.release(); };
    place.run();
    BOOST_TEST(!ticks.try_acquire());
    place.tick_length_ms = 1;
    place.scheduler.nudge();
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(ticks.try_acquire_for(patience));
}

BOOST_AUTO_TEST_CASE(runs_the_jobs_it_has_before_it_ends) {
    for (int i = 0; i < 20; ++i) {
        std::atomic<int> done = 0;
        std::counting_semaphore<> inside{0}, go_on{0};
        Place place(2);
        place.run();
        for (int thread = 0; thread < 2; ++thread)
            place.scheduler.post([&] {
                inside.release();
                go_on.acquire();
            });
        for (int thread = 0; thread < 2; ++thread)
            inside.acquire();
        for (int job = 0; job < 10; ++job)
            place.scheduler.post([&] { ++done; });
        place.scheduler.finish();
        go_on.release(2);
        place.finish();
        BOOST_TEST(done == 10);
    }
}

BOOST_AUTO_TEST_CASE(waits_for_who_is_at_work_before_it_ends) {
    std::binary_semaphore inside{0}, go_on{0}, has_ticked{0};
    std::atomic<bool> is_done = false;
    Place place(2);
    place.tick = [&] { has_ticked.release(); };
    place.run();
    place.scheduler.post([&] {
        inside.release();
        go_on.acquire();
        is_done = true;
    });
    inside.acquire();
    place.scheduler.finish();
    BOOST_TEST(has_ticked.try_acquire_for(patience));  // who is at work can be told
    BOOST_TEST(!is_done);
    go_on.release();
    place.finish();
    BOOST_TEST(is_done);
}

BOOST_AUTO_TEST_SUITE_END()

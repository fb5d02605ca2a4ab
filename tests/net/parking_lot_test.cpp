#include "net/parking_lot.h"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <semaphore>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/clock.h"
#include <turngate/os/fd.h>

using namespace turngate;
using namespace turngate::net;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto patience = 10s;

struct Pair {
    Pair() {
        std::array<int, 2> fds{};
        BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
        near = os::Fd(fds[0]);
        far = os::Fd(fds[1]);
    }
    void say() const { BOOST_TEST_REQUIRE(::send(far.get(), "x", 1, MSG_NOSIGNAL) == 1); }
    bool hear() const {
        char byte = 0;
        return ::recv(near.get(), &byte, 1, 0) == 1;
    }

    os::Fd near, far;
};

// A scheduler with a parking lot, and nothing else.
class Place final : private Scheduler::Target {
  public:
    // `sweeps`: how often all are looked at in a row.
    explicit Place(std::size_t max_threads, int sweeps = 1)
        : scheduler(*this, max_threads), lot(scheduler, stacks), sweeps_(sweeps) {
        thread_ = std::thread([this] { scheduler.run(); });
    }
    ~Place() override {
        scheduler.finish();
        thread_.join();
        BOOST_TEST(strays_ == 0);
    }

    template <class F>
    void run(F task) {
        scheduler.post([this, task] { stacks.run(task); });
    }

    StackPool stacks;
    Scheduler scheduler;
    ParkingLot lot;

  private:
    void on_event(std::uint64_t key, std::uint32_t events, bool is_express) override {
        if ((key & ParkingLot::key_bit) == 0)
            ++strays_;  // a server would take it for a connection's
        else
            lot.on_event(key, (events & EPOLLRDHUP) != 0, is_express);
    }
    void on_tick() override {
        for (int i = 0; i < sweeps_; ++i)
            lot.sweep(now());
    }
    std::chrono::milliseconds tick_length() const override { return 10ms; }

    const int sweeps_;
    std::atomic<int> strays_{0};
    std::thread thread_;
};

constexpr int couples = 8;

// Has the two ends of each pair, one task each, say `words` to each other in turn. `waiting(fd)`
// makes what waits for the next word of one end. Returns when all have heard all.
template <class Waiting>
void converse(Place& place, const std::vector<Pair>& pairs, int words, Waiting waiting) {
    std::counting_semaphore<> done{0};
    const auto talk = [&](const os::Fd& fd, bool begins) {
        const auto wait = waiting(fd);
        char byte = 'x';
        for (int i = 0; i < words; ++i) {
            if (begins && ::send(fd.get(), &byte, 1, MSG_NOSIGNAL) != 1) break;
            while (::recv(fd.get(), &byte, 1, 0) != 1)
                wait();
            if (!begins && ::send(fd.get(), &byte, 1, MSG_NOSIGNAL) != 1) break;
        }
        done.release();
    };
    for (const Pair& pair : pairs) {
        place.run([&] { talk(pair.near, true); });
        place.run([&] { talk(pair.far, false); });
    }
    for (std::size_t i = 0; i < 2 * pairs.size(); ++i)
        BOOST_TEST_REQUIRE(done.try_acquire_for(10 * patience));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parking_lot)

BOOST_AUTO_TEST_CASE(many_wait_on_one_thread_and_each_gets_its_news) {
    constexpr int many = 200;
    std::vector<Pair> pairs(many);
    std::counting_semaphore<> begun{0}, done{0};
    std::atomic<int> heard{0};
    Place place(1);
    for (const Pair& pair : pairs)
        place.run([&] {
            const auto watch = place.lot.watch(pair.near.get());
            begun.release();
            if (watch->wait(Clock::now() + patience) && pair.hear()) ++heard;
            done.release();
        });
    for (int i = 0; i < many; ++i)
        BOOST_TEST_REQUIRE(begun.try_acquire_for(patience));
    for (const Pair& pair : pairs)
        pair.say();
    for (int i = 0; i < many; ++i)
        BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
    BOOST_TEST(heard == many);
    BOOST_TEST(place.lot.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(news_from_before_a_wait_are_told_once_and_the_end_every_time) {
    const Pair pair;
    std::binary_semaphore done{0};
    std::array<bool, 4> told{};
    Place place(2);
    pair.say();
    place.run([&] {
        const auto watch = place.lot.watch(pair.near.get());
        told[0] = watch->wait(Clock::now() + patience) && pair.hear();
        told[1] = watch->wait(Clock::now() + 30ms);
        ::shutdown(pair.far.get(), SHUT_WR);
        told[2] = watch->wait(Clock::now() + patience);
        told[3] = watch->wait(Clock::now() + patience) && watch->has_news();
        done.release();
    });
    BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
    BOOST_TEST(told[0]);
    BOOST_TEST(!told[1]);
    BOOST_TEST(told[2]);
    BOOST_TEST(told[3]);
}

BOOST_AUTO_TEST_CASE(whoever_waits_too_long_goes_on) {
    const Pair pair;
    std::binary_semaphore done{0};
    std::atomic<bool> has_come{true}, was_late_already{true};
    Place place(1);
    const auto begin = Clock::now();
    place.run([&] {
        const auto watch = place.lot.watch(pair.near.get());
        has_come = watch->wait(begin + 50ms);
        was_late_already = watch->wait(begin);
        done.release();
    });
    BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
    BOOST_TEST(!has_come);
    BOOST_TEST(!was_late_already);
    BOOST_TEST((Clock::now() - begin >= 50ms));
}

BOOST_AUTO_TEST_CASE(who_is_no_thread_of_the_scheduler_waits_itself) {
    const Pair pair;
    Place place(1);
    const auto watch = place.lot.watch(pair.near.get());
    BOOST_TEST(!watch->wait(Clock::now() + 10ms));
    std::thread speaker([&] { (void)::send(pair.far.get(), "x", 1, MSG_NOSIGNAL); });
    BOOST_TEST(watch->wait(Clock::now() + patience));
    speaker.join();
}

BOOST_AUTO_TEST_CASE(news_and_the_time_that_come_together_wake_once) {
    constexpr int times = 300;
    std::counting_semaphore<> done{0};
    std::atomic<int> returned{0};
    std::vector<Pair> pairs(times);
    Place place(4);
    for (const Pair& pair : pairs)
        place.run([&] {
            const auto watch = place.lot.watch(pair.near.get());
            watch->wait(Clock::now() + 20ms);
            ++returned;
            done.release();
        });
    BOOST_TEST_REQUIRE(done.try_acquire_for(patience));  // so the time of all others is nearly up
    for (const Pair& pair : pairs)
        pair.say();
    for (int i = 1; i < times; ++i)
        BOOST_TEST_REQUIRE(done.try_acquire_for(patience));
    BOOST_TEST(returned == times);
    BOOST_TEST(place.lot.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(nobody_is_late_before_the_time_while_all_are_looked_at_all_the_time) {
    std::atomic<int> early{0};
    const std::vector<Pair> pairs(couples);
    Place place(4, 1000);
    converse(place, pairs, 2000, [&](const os::Fd& fd) {
        return [&] {
            const auto watch = place.lot.watch(fd.get());  // another one for each word
            const auto until = Clock::now() + patience;
            if (!watch->wait(until) && Clock::now() < until) ++early;
        };
    });
    BOOST_TEST(early == 0);
}

BOOST_AUTO_TEST_CASE(two_talk_to_each_other_over_many_threads) {
    std::atomic<int> late{0};
    const std::vector<Pair> pairs(couples);
    Place place(4);
    converse(place, pairs, 500, [&](const os::Fd& fd) {
        return [&late, watch = std::shared_ptr(place.lot.watch(fd.get()))] {
            if (!watch->wait(Clock::now() + patience)) ++late;
        };
    });
    BOOST_TEST(late == 0);
}

BOOST_AUTO_TEST_CASE(a_watch_may_outlive_its_lot) {
    const Pair pair;
    std::unique_ptr<Watch> watch;
    {
        Place place(1);
        watch = place.lot.watch(pair.near.get());
        BOOST_TEST(watch->is_live());
    }
    BOOST_TEST(!watch->is_live());
    watch.reset();
}

BOOST_AUTO_TEST_SUITE_END()

// Who runs a session, and who leaves word.
#include "net/slots.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace turngate::net;

namespace {

// Does what the test says, and counts.
class FakeSession final : public Session {
  public:
    std::function<Step(const Occasion&)> on_ready = [](const Occasion&) { return Step{}; };
    std::function<Step()> on_expired = [] { return Step{.kind = Step::Kind::close}; };
    std::function<void()> on_end = [] {};
    std::vector<bool> readies;  // whether the peer had ended
    int expiries = 0;
    int stops = 0;
    std::atomic<int> cancels = 0;
    std::atomic<int> peer_ends = 0;

    ~FakeSession() override { on_end(); }
    Step ready(const Occasion& occasion) override {
        readies.push_back(occasion.peer_ended);
        return on_ready(occasion);
    }
    Step expired() override {
        ++expiries;
        return on_expired();
    }
    Step stopping() override {
        ++stops;
        return {};
    }
    void cancel() noexcept override { ++cancels; }
    void peer_ended() noexcept override { ++peer_ends; }
};

// Slots, and a scheduler whose threads run when a test wants them.
class Place final : private Scheduler::Target {
  public:
    ~Place() override {
        scheduler.finish();
        if (thread_.joinable()) thread_.join();
    }

    void run() {
        thread_ = std::thread([this] { scheduler.run(); });
    }

    // A session that waits for events until `deadline`.
    std::pair<Slots::Key, std::shared_ptr<FakeSession>> waiting(Ticks deadline = never) {
        const auto session = std::make_shared<FakeSession>();
        const Slots::Key key = slots.take();
        slots.begin(key, session);
        slots.let_go(key, deadline, Slots::Caller::worker);
        return {key, session};
    }
    void event(Slots::Key key, bool peer_ended = false, bool is_gone = false) {
        slots.on_event(key, peer_ended, is_gone, false);
    }

    Scheduler scheduler{*this, 2};
    Slots slots{1000, scheduler};
    std::function<void(std::uint64_t, std::uint32_t)> on_passed_on;

  private:
    void on_event(std::uint64_t key, std::uint32_t events, bool) override {
        on_passed_on(key, events);
    }
    void on_tick() override {}
    std::chrono::milliseconds tick_length() const override { return {}; }

    std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(slots)

BOOST_AUTO_TEST_CASE(are_as_many_as_they_may_be) {
    Place place;
    Slots slots(2, place.scheduler);
    const Slots::Key one = slots.take(), two = slots.take();
    BOOST_TEST(one > UINT32_MAX);
    BOOST_TEST(one != two);
    BOOST_TEST(slots.take() == 0u);
    BOOST_TEST(slots.size() == 2u);
    slots.give_back(one);
    BOOST_TEST(slots.size() == 1u);
    BOOST_TEST(slots.take() != 0u);
}

BOOST_AUTO_TEST_CASE(call_the_session_of_an_event) {
    Place place;
    const auto [key, session] = place.waiting();
    const auto [other_key, other] = place.waiting();
    place.event(key);
    place.event(key, true);
    BOOST_TEST((session->readies == std::vector{false, true}));
    BOOST_TEST(other->readies.empty());
}

BOOST_AUTO_TEST_CASE(let_nothing_that_is_left_to_do_wait_for_the_rest) {
    constexpr std::chrono::seconds patience{10};
    std::binary_semaphore second{0}, both{0};
    Place place;
    place.run();
    const auto [key, session] = place.waiting();
    session->on_ready = [&, key = key, session = session.get()](const Occasion&) {
        if (session->readies.size() > 1) return Step{.afterwards = [&] { second.release(); }};
        place.event(key);
        return Step{.afterwards = [&] {
            if (second.try_acquire_for(patience)) both.release();
        }};
    };
    place.event(key);
    BOOST_TEST(both.try_acquire_for(2 * patience));
}

BOOST_AUTO_TEST_CASE(leave_word_of_an_event_to_who_runs_the_session) {
    Place place;
    const auto [key, session] = place.waiting();
    session->on_ready = [&, key = key, session = session.get()](const Occasion&) {
        if (session->readies.size() == 1) place.event(key);
        if (session->readies.size() == 2) place.event(key, true);
        return Step{};
    };
    place.event(key);
    BOOST_TEST((session->readies == std::vector{false, false, true}));
    BOOST_TEST(session->peer_ends == 1);
    BOOST_TEST(session->cancels == 0);
}

BOOST_AUTO_TEST_CASE(who_is_at_work_is_told_again_and_again_that_the_peer_has_ended) {
    Place place;
    const auto [key, session] = place.waiting();
    session->on_ready = [&](const Occasion&) {
        place.slots.sweep(now());
        place.slots.sweep(now());
        return Step{};
    };
    place.event(key);
    BOOST_TEST(session->peer_ends == 0);
    place.event(key, true);  // the event that brings the work may be the one that tells
    BOOST_TEST(session->peer_ends == 2);
    place.slots.sweep(now());
    BOOST_TEST(session->peer_ends == 2);
}

BOOST_AUTO_TEST_CASE(so_is_who_hears_of_it_while_at_work) {
    Place place;
    const auto [key, session] = place.waiting();
    session->on_ready = [&, key = key, session = session.get()](const Occasion& occasion) {
        if (!occasion.peer_ended) {
            place.event(key, true);
            BOOST_TEST(session->peer_ends == 1);
        }
        place.slots.sweep(now());
        return Step{};
    };
    place.event(key);
    BOOST_TEST((session->readies == std::vector{false, true}));
    BOOST_TEST(session->peer_ends == 3);
}

BOOST_AUTO_TEST_CASE(cancel_a_session_at_work_whose_connection_breaks) {
    Place place;
    const auto [key, session] = place.waiting();
    session->on_ready = [&, key = key](const Occasion&) {
        place.event(key, true, true);
        return Step{.kind = Step::Kind::close};
    };
    place.event(key);
    BOOST_TEST(session->cancels == 1);
    BOOST_TEST(session->readies.size() == 1u);  // what came is of no use any more
    BOOST_TEST(place.slots.size() == 0u);
}

BOOST_AUTO_TEST_CASE(ignore_events_of_a_connection_that_has_ended) {
    Place place;
    const auto [key, session] = place.waiting();
    session->on_ready = [](const Occasion&) { return Step{.kind = Step::Kind::close}; };
    place.event(key);
    place.event(key);
    BOOST_TEST(session->readies.size() == 1u);
    BOOST_TEST(session.use_count() == 1);
    const auto [new_key, next] = place.waiting();  // in the same slot
    BOOST_TEST((new_key >> 32) == (key >> 32));
    place.event(key);
    place.event(key, true, true);
    BOOST_TEST(next->readies.empty());
    place.event(new_key);
    BOOST_TEST(next->readies.size() == 1u);
}

BOOST_AUTO_TEST_CASE(ignore_events_before_there_is_a_session) {
    Place place;
    const Slots::Key key = place.slots.take();
    place.event(key);
    place.slots.give_back(key);
    place.event(key);
    BOOST_TEST(place.slots.size() == 0u);
}

BOOST_AUTO_TEST_CASE(keep_an_event_that_comes_before_the_session_is_let_go) {
    Place place;
    const auto session = std::make_shared<FakeSession>();
    const Slots::Key key = place.slots.take();
    place.slots.begin(key, session);
    place.event(key, true);
    BOOST_TEST(session->readies.empty());
    place.slots.let_go(key, never, Slots::Caller::worker);
    BOOST_TEST((session->readies == std::vector{true}));
}

BOOST_AUTO_TEST_CASE(pass_on_what_a_hurried_caller_finds) {
    std::binary_semaphore dealt_with{0};
    Place place;
    std::uint64_t passed_on = 0;
    std::uint32_t with = 0;
    place.on_passed_on = [&](std::uint64_t key, std::uint32_t events) {
        passed_on = key;
        with = events;
        place.event(key, (events & EPOLLRDHUP) != 0);
        dealt_with.release();
    };
    const auto session = std::make_shared<FakeSession>();
    const Slots::Key key = place.slots.take();
    place.slots.begin(key, session);
    place.event(key, true);
    place.slots.let_go(key, never, Slots::Caller::hurried);
    BOOST_TEST(session->readies.empty());
    place.run();
    dealt_with.acquire();
    BOOST_TEST(passed_on == key);
    BOOST_TEST(with == std::uint32_t{EPOLLIN | EPOLLRDHUP});
    BOOST_TEST((session->readies == std::vector{true}));
}

BOOST_AUTO_TEST_CASE(let_the_scheduler_do_what_a_hurried_caller_must_not_wait_for) {
    std::binary_semaphore done{0};
    Place place;
    std::thread::id by;
    const auto [key, session] = place.waiting(1);
    session->on_expired = [&] {
        return Step{.kind = Step::Kind::close, .afterwards = [&] {
                        by = std::this_thread::get_id();
                        done.release();
                    }};
    };
    place.slots.sweep(2);
    place.run();
    done.acquire();
    BOOST_TEST((by != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(run_what_is_left_when_others_may_be_called) {
    Place place;
    const auto [key, session] = place.waiting();
    session->on_ready = [&, key = key, session = session.get()](const Occasion&) {
        if (session->readies.size() > 1) return Step{};
        return Step{.afterwards = [&, key] { place.event(key); }};
    };
    place.event(key);
    BOOST_TEST(session->readies.size() == 2u);
}

// A client that never stops sending would keep what is left from ever being done.
BOOST_AUTO_TEST_CASE(run_what_is_left_though_events_never_cease) {
    constexpr std::size_t long_enough = 1000;
    std::binary_semaphore dealt_with{0};
    Place place;
    place.on_passed_on = [&](std::uint64_t, std::uint32_t) { dealt_with.release(); };
    std::counting_semaphore<> done{0};
    const auto [key, session] = place.waiting();
    session->on_ready = [&, key = key, session = session.get()](const Occasion&) {
        if (session->readies.size() < long_enough) place.event(key);
        return Step{.afterwards = [&] { done.release(); }};
    };
    place.event(key);
    const std::size_t ready = session->readies.size();
    BOOST_TEST(ready < 100u);
    place.run();
    for (std::size_t i = 0; i < ready; ++i)
        done.acquire();
    dealt_with.acquire();  // and the rest of them is not lost
}

BOOST_AUTO_TEST_CASE(call_a_successor_in_the_place_of_the_session) {
    Place place;
    const auto next = std::make_shared<FakeSession>();
    bool has_ended = false;
    Slots::Key key = 0;
    {
        auto [its_key, session] = place.waiting();
        key = its_key;
        session->on_end = [&] { has_ended = true; };
        session->on_ready = [&](const Occasion&) {
            place.event(key);  // which is for the successor
            return Step{.deadline = 5, .successor = next};
        };
    }
    BOOST_TEST(!has_ended);
    place.event(key);
    BOOST_TEST(has_ended);
    BOOST_TEST(next->readies.size() == 1u);
    place.slots.cancel_all();
    BOOST_TEST(next->cancels == 1);
}

BOOST_AUTO_TEST_CASE(expire_when_the_time_has_come_and_not_before) {
    Place place;
    const auto [key, session] = place.waiting(100);
    place.slots.sweep(99);
    BOOST_TEST(session->expiries == 0);
    session->on_ready = [](const Occasion&) { return Step{.deadline = 200}; };
    place.event(key);
    place.slots.sweep(150);  // past the first of the two
    BOOST_TEST(session->expiries == 0);
    session->on_expired = [] { return Step{}; };
    place.slots.sweep(200);
    place.slots.sweep(999);  // it waits for ever
    BOOST_TEST(session->expiries == 1);
    place.event(key);
    BOOST_TEST(session->readies.size() == 2u);
}

BOOST_AUTO_TEST_CASE(expire_a_few_at_a_time_when_they_are_many) {
    constexpr std::size_t parts = 5;
    Place place;
    std::vector<std::shared_ptr<FakeSession>> sessions;
    for (int i = 0; i < 20; ++i)
        sessions.push_back(place.waiting(1).second);
    const auto expired = [&] {
        return std::count_if(sessions.begin(), sessions.end(),
                             [](const auto& session) { return session->expiries == 1; });
    };
    for (std::size_t call = 1; call <= parts; ++call) {
        place.slots.sweep(2, parts);
        BOOST_TEST(static_cast<std::size_t>(expired()) == 4 * call);
    }
}

BOOST_AUTO_TEST_CASE(expire_no_session_at_work_and_none_that_has_ended) {
    Place place;
    const auto [key, session] = place.waiting(1);
    session->on_ready = [&](const Occasion&) {
        place.slots.sweep(2);
        place.slots.stop_all();
        return Step{.kind = Step::Kind::close};
    };
    place.event(key);
    place.slots.sweep(2);
    BOOST_TEST(session->expiries == 0);
    BOOST_TEST(session->stops == 0);
    const auto [new_key, next] = place.waiting();  // in the same slot
    place.slots.sweep(2);
    BOOST_TEST(next->expiries == 0);
}

BOOST_AUTO_TEST_CASE(stop_and_cancel_all) {
    Place place;
    const auto [key, session] = place.waiting();
    const auto [other_key, at_work] = place.waiting();
    at_work->on_ready = [&](const Occasion&) {
        place.slots.stop_all();
        place.slots.cancel_all();
        return Step{};
    };
    place.event(other_key);
    BOOST_TEST(session->stops == 1);
    BOOST_TEST(session->cancels == 1);
    BOOST_TEST(session->expiries == 1);
    BOOST_TEST(at_work->stops == 0);
    BOOST_TEST(at_work->cancels == 1);
    BOOST_TEST(at_work->expiries == 0);
    BOOST_TEST(place.slots.size() == 1u);
}

// Threads that tell a session things while others end it and begin with the next: one that is told
// is there, as whoever watches memory and races can see.
BOOST_AUTO_TEST_CASE(tell_no_session_that_has_ended) {
    Place place;
    place.on_passed_on = [](std::uint64_t, std::uint32_t) {};
    std::atomic<Slots::Key> current = 0;
    std::atomic<bool> is_over = false;
    std::atomic<std::size_t> ended = 0;
    std::vector<std::thread> others;
    for (int i = 0; i < 2; ++i)
        others.emplace_back([&, i] {
            while (!is_over) {
                const Slots::Key key = current;
                if (key != 0) place.event(key, true, i == 0);
                if (i == 1) place.slots.cancel_all();
            }
        });
    constexpr std::size_t many = 3000;
    for (std::size_t n = 0; n < many; ++n) {
        const Slots::Key key = place.slots.take();
        auto session = std::make_shared<FakeSession>();
        session->on_ready = [&, session = session.get()](const Occasion&) {
            if (session->readies.size() < 3) return Step{.successor = nullptr};
            return Step{.kind = Step::Kind::close};
        };
        session->on_end = [&] { ++ended; };
        place.slots.begin(key, std::move(session));
        current = key;
        place.slots.let_go(key, never, Slots::Caller::worker);
        while (ended <= n)
            place.event(key);
    }
    is_over = true;
    for (std::thread& thread : others)
        thread.join();
    BOOST_TEST(ended == many);
    BOOST_TEST(place.slots.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

// What is done when there is no memory.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "fenced_threads.h"
#include "net/scheduler.h"
#include "net/slots.h"

using namespace turngate::net;

namespace {

thread_local std::size_t pieces_left = SIZE_MAX;

bool may_have_memory() {
    return pieces_left == SIZE_MAX || (pieces_left > 0 && pieces_left-- > 0);
}

// As long as it lives this thread gets so many pieces and no more.
class NoMemory {
  public:
    explicit NoMemory(std::size_t pieces = 0) { pieces_left = pieces; }
    NoMemory(const NoMemory&) = delete;
    NoMemory& operator=(const NoMemory&) = delete;
    ~NoMemory() { pieces_left = SIZE_MAX; }
};

class Place final : private Scheduler::Target {
  public:
    Scheduler scheduler{*this, 2};
    Slots slots{1000, scheduler};

  private:
    void on_event(std::uint64_t, std::uint32_t, bool) override {}
    void on_tick() override {}
    std::chrono::milliseconds tick_length() const override { return {}; }
};

struct Waiting final : Session {
    int in_express = 0, others = 0;

    Step ready(const Occasion& occasion) override {
        ++(occasion.is_express ? in_express : others);
        return {};
    }
    Step expired() override { return {}; }
    Step stopping() override { return {}; }
    void cancel() noexcept override {}
    void peer_ended() noexcept override {}
};

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const memory = may_have_memory() ? std::malloc(size + 1) : nullptr;
    if (!memory) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return may_have_memory() ? std::malloc(size + 1) : nullptr;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}

BOOST_AUTO_TEST_SUITE(no_memory)

BOOST_AUTO_TEST_CASE(leaves_a_new_connection_without_a_slot) {
    Place place;
    Slots::Key key = 1;
    {
        const NoMemory now;
        key = place.slots.take();
    }
    BOOST_TEST(key == 0u);
    BOOST_TEST(place.slots.size() == 0u);
    BOOST_TEST(place.slots.take() != 0u);
}

BOOST_AUTO_TEST_CASE(keeps_no_slot_from_being_given_back) {
    Place place;
    std::vector<Slots::Key> keys;
    for (int i = 0; i < 500; ++i)
        keys.push_back(place.slots.take());
    const NoMemory now;
    for (const Slots::Key key : keys)
        place.slots.give_back(key);
    BOOST_TEST(place.slots.size() == 0u);
}

BOOST_AUTO_TEST_CASE(has_a_client_turned_away_for_whom_no_thread_can_be_told) {
    Place place;
    const auto session = std::make_shared<Waiting>();
    const Slots::Key key = place.slots.take();
    place.slots.begin(key, session);
    place.slots.on_event(key, false, false, false);
    {
        const NoMemory now;
        while (place.scheduler.pass_on(1, 0)) {  // there is some room
        }
        place.slots.let_go(key, never, Slots::Caller::hurried);
    }
    BOOST_TEST(session->in_express == 1);
    BOOST_TEST(session->others == 0);
}

BOOST_AUTO_TEST_CASE(has_a_job_done_on_the_spot) {
    Place place;
    bool is_done = false;
    std::function<void()> job = [&] { is_done = true; };
    {
        const NoMemory now;
        place.scheduler.post(std::move(job));
    }
    BOOST_TEST(is_done);
}

// Wherever it was that there was none.
BOOST_AUTO_TEST_CASE(takes_no_place_from_work_that_comes_later) {
    using turngate::FencedThreads;
    FencedThreads threads({.most = 1});
    std::optional<FencedThreads::End> end;
    for (std::size_t pieces = 0; !end; ++pieces) {
        std::function<void()> work = [] {};
        const auto until = FencedThreads::Clock::now() + std::chrono::hours(24);
        const NoMemory after(pieces);
        try {
            end = threads.run(std::move(work), until, {}, std::chrono::milliseconds(0));
        } catch (const std::bad_alloc&) {
        }
    }
    BOOST_TEST((*end == FencedThreads::End::returned));
}

BOOST_AUTO_TEST_SUITE_END()

// Handlers that end, in time or not, and how often their answers are delivered.
#include "open_runtimes/fence.h"

#include <functional>
#include <memory>
#include <semaphore>
#include <stop_token>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "support/recording_reporter.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace std::chrono_literals;
using Kind = CallResult::Kind;

namespace {

struct Fenced {
    std::atomic<int> alarms{0};
    StuckThreads stuck{[this](std::size_t count) { alarms += count >= 2; }};
    Fence fence;

    explicit Fenced(std::chrono::milliseconds notice = 1ms) : fence(stuck, notice) {}

    // What was delivered by one run of `handler`.
    template <class F>
    std::vector<CallResult> run(F handler, std::optional<std::chrono::milliseconds> time,
                                Request request = Request::get("/")) {
        std::vector<CallResult> out;
        fence.run(*to_handler(std::move(handler)), request, time,
                  [&](CallResult&& result) { out.push_back(std::move(result)); });
        return out;
    }

    void wait_until_stuck(std::size_t count) const {
        while (stuck.count() < count)
            std::this_thread::yield();  // a hang here is the failure
    }
};

Response until_cancelled(Request& request) {
    while (!request.context.cancelled())
        std::this_thread::yield();  // a hang here is the failure
    request.context.check();
    return text("");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fence)

BOOST_AUTO_TEST_CASE(an_answer_in_time_is_delivered) {
    Fenced fenced;
    for (const auto time : {std::optional<std::chrono::milliseconds>(), std::optional(60'000ms)}) {
        const auto results = fenced.run([](Request&) { return text("x", 201); }, time);
        BOOST_REQUIRE(results.size() == 1u);
        BOOST_TEST((results[0].kind == Kind::answered));
        BOOST_TEST(results[0].response.status == 201);
        BOOST_TEST(results[0].response.body == "x");
    }
}

BOOST_AUTO_TEST_CASE(the_context_is_as_it_was_afterwards) {
    Fenced fenced;
    Request request = Request::get("/");
    fenced.fence.run(*to_handler([](Request&) { return text(""); }), request, 60'000ms,
                     [](CallResult&&) {});
    BOOST_TEST(!request.context.deadline);
    BOOST_TEST(!request.context.stop.stop_possible());
}

BOOST_AUTO_TEST_CASE(what_is_thrown_has_the_status_that_it_has_elsewhere) {
    Fenced fenced;
    const auto status = [&](auto error) {
        const auto results = fenced.run([&](Request&) -> Response { throw error; }, 60'000ms);
        return (results.at(0).kind == Kind::failed ? 0 : 1000) + results[0].status;
    };
    BOOST_TEST(status(std::runtime_error("x")) == 500);
    BOOST_TEST(status(HttpError(404, "x")) == 404);
    BOOST_TEST(status(HttpError(503, "x")) == 503);
    BOOST_TEST(status(HttpError(200, "x")) == 500);
    BOOST_TEST(status(ProtocolError("x")) == 502);
    BOOST_TEST(status(7) == 500);
}

BOOST_AUTO_TEST_CASE(who_does_not_end_in_time_is_answered_for) {
    Fenced fenced;
    std::binary_semaphore go_on{0};
    std::vector<CallResult> results;
    std::thread::id where;
    std::thread stuck([&] {
        Request request = Request::get("/");
        const auto handler = to_handler([&](Request&) {
            go_on.acquire();
            return text("late");
        });
        fenced.fence.run(*handler, request, 1ms, [&](CallResult&& result) {
            where = std::this_thread::get_id();
            results.push_back(std::move(result));
        });
    });
    const auto its_id = stuck.get_id();
    fenced.wait_until_stuck(1);
    go_on.release();
    stuck.join();
    BOOST_REQUIRE(results.size() == 1u);
    BOOST_TEST((results[0].kind == Kind::timed_out));
    BOOST_TEST(results[0].goes_on);
    BOOST_TEST((where != its_id));
    BOOST_TEST(fenced.stuck.count() == 0u);
    BOOST_TEST(fenced.alarms == 0);
}

BOOST_AUTO_TEST_CASE(who_hears_of_the_end_is_late_all_the_same_and_not_stuck) {
    Fenced fenced(24h);
    const auto results = fenced.run(until_cancelled, 1ms);
    BOOST_REQUIRE(results.size() == 1u);
    BOOST_TEST((results[0].kind == Kind::timed_out));
    BOOST_TEST(fenced.stuck.total() == 0u);
}

// By whoever is first: a timer, or the handler that looks at the clock.
BOOST_AUTO_TEST_CASE(who_ends_soon_after_it_was_answered_for_is_not_stuck) {
    Fenced fenced(24h);
    std::binary_semaphore delivered{0};
    Request request = Request::get("/");
    const auto handler = to_handler([&](Request&) {
        delivered.acquire();
        return text("late");
    });
    fenced.fence.run(*handler, request, 1ms, [&](CallResult&&) { delivered.release(); });
    BOOST_TEST(fenced.stuck.total() == 0u);
}

// What a handler has registered for its end is run where nobody else is held up.
BOOST_AUTO_TEST_CASE(who_does_not_take_its_end_well_holds_up_nobody) {
    Fenced fenced;
    std::binary_semaphore go_on{0};
    std::thread stuck([&] {
        fenced.run(
            [&](Request& request) {
                const std::stop_callback block(request.context.stop, [&] { go_on.acquire(); });
                while (!request.context.stop.stop_requested())
                    std::this_thread::yield();
                return text("late");
            },
            1ms);
    });
    fenced.wait_until_stuck(1);
    const auto results = fenced.run(until_cancelled, 1ms);
    BOOST_REQUIRE(results.size() == 1u);
    BOOST_TEST((results[0].kind == Kind::timed_out));
    go_on.release();
    stuck.join();
    BOOST_TEST(fenced.stuck.count() == 0u);
}

BOOST_AUTO_TEST_CASE(who_is_ended_by_what_it_has_registered_does_not_wait_for_that) {
    using Callback = std::stop_callback<std::function<void()>>;
    Fenced fenced;
    std::binary_semaphore may_return{0}, has_returned{0};
    std::unique_ptr<Callback> callback;
    const auto its = std::this_thread::get_id();
    const auto results = fenced.run(
        [&](Request& request) {
            callback = std::make_unique<Callback>(request.context.stop, [&] {
                may_return.release();
                if (std::this_thread::get_id() != its) has_returned.acquire();
            });
            may_return.acquire();
            return text("late");
        },
        1ms);
    has_returned.release();
    callback.reset();
    BOOST_REQUIRE(results.size() == 1u);
    BOOST_TEST((results[0].kind == Kind::timed_out));
    BOOST_TEST(fenced.stuck.count() == 0u);
}

BOOST_AUTO_TEST_CASE(an_earlier_deadline_of_the_request_is_its_end) {
    for (const auto time : {std::optional<std::chrono::milliseconds>(), std::optional(24h + 0ms)}) {
        Fenced fenced;
        Request request = Request::get("/");
        request.context.deadline = Context::Clock::now() + 1ms;
        const auto results = fenced.run(until_cancelled, time, std::move(request));
        BOOST_REQUIRE(results.size() == 1u);
        BOOST_TEST((results[0].kind == Kind::timed_out));
    }
}

BOOST_AUTO_TEST_CASE(a_later_deadline_of_the_request_is_not) {
    Fenced fenced;
    Request request = Request::get("/");
    request.context.deadline = Context::Clock::now() + 24h;
    const auto results = fenced.run(until_cancelled, 1ms, std::move(request));
    BOOST_REQUIRE(results.size() == 1u);
    BOOST_TEST((results[0].kind == Kind::timed_out));
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_from_outside_is_not_late) {
    Fenced fenced;
    std::stop_source gone;
    Request request = Request::get("/");
    request.context.stop = gone.get_token();
    const auto handler = to_handler([&](Request& its) {
        gone.request_stop();
        BOOST_TEST(its.context.cancelled());
        its.context.check();
        return text("");
    });
    std::size_t delivered = 0;
    BOOST_CHECK_THROW(
        fenced.fence.run(*handler, request, 60'000ms, [&](CallResult&&) { ++delivered; }),
        Cancelled);
    BOOST_TEST(delivered == 0u);
}

BOOST_AUTO_TEST_CASE(each_that_is_stuck_is_told_of) {
    Fenced fenced;
    std::counting_semaphore go_on{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            fenced.run(
                [&](Request&) {
                    go_on.acquire();
                    return text("");
                },
                1ms);
        });
    fenced.wait_until_stuck(3);
    go_on.release(3);
    for (std::thread& thread : threads)
        thread.join();
    BOOST_TEST(fenced.alarms == 2);
    BOOST_TEST(fenced.stuck.count() == 0u);
    BOOST_TEST(fenced.stuck.total() == 3u);
}

BOOST_AUTO_TEST_CASE(a_failed_delivery_on_the_handlers_thread_is_the_requests) {
    Fenced fenced;
    Request request = Request::get("/");
    const auto handler = to_handler([](Request&) { return text(""); });
    BOOST_CHECK_THROW(fenced.fence.run(*handler, request, 60'000ms,
                                       [](CallResult&&) { throw std::logic_error("x"); }),
                      std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

// Deferred tasks: when they run, what they see, and what happens past their time.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <support/recording_reporter.h>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <turngate/http/serve.h>

using namespace turngate;
using namespace std::chrono_literals;
using turngate::test::RecordingReporter;

namespace {

using Lines = std::vector<std::string>;

struct Fixture {
    RecordingReporter reporter;
    Context context;
    Outcome outcome;

    Fixture() {
        context.request_id = "r1";
        context.reporter = &reporter;
        outcome.status = 200;
    }
    void note(const std::string& what) { context.log(Level::info, what); }
};

// Blocks the way a task that ignores everything but a stop token does.
void wait_for_stop(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return false; });
}

#define CHECK_LINES(...) \
    BOOST_TEST(reporter.lines() == (Lines{__VA_ARGS__}), boost::test_tools::per_element())

}  // namespace

BOOST_AUTO_TEST_SUITE(settling)

BOOST_FIXTURE_TEST_CASE(without_tasks_the_end_is_reported_at_once, Fixture) {
    settle(context, outcome);
    CHECK_LINES("r1 ended 200");
}

BOOST_FIXTURE_TEST_CASE(tasks_run_in_order_and_may_add_tasks, Fixture) {
    context.wait_until([&] {
        note("one");
        context.wait_until([&] {
            note("three");
            context.wait_until([&] { note("four"); });
        });
    });
    context.wait_until([&] { note("two"); });
    settle(context, outcome);
    CHECK_LINES("r1 info one", "r1 info two", "r1 info three", "r1 info four", "r1 ended 200");
}

BOOST_FIXTURE_TEST_CASE(a_task_that_throws_is_logged_and_the_next_one_runs, Fixture) {
    context.wait_until([] { throw std::runtime_error("mail server down"); });
    context.wait_until([] { throw Cancelled("stopped"); });
    context.wait_until([] { throw 42; });
    context.wait_until([&] { note("still here"); });
    settle(context, outcome);
    CHECK_LINES("r1 error mail server down", "r1 debug stopped",
                "r1 error a wait_until() task threw something that is no std::exception",
                "r1 info still here", "r1 ended 200");
}

BOOST_FIXTURE_TEST_CASE(that_the_client_left_is_nothing_to_a_task, Fixture) {
    std::stop_source client;
    client.request_stop();
    context.stop = client.get_token();
    context.wait_until([&] {
        context.check();
        note("done");
    });
    settle(context, outcome);
    CHECK_LINES("r1 info done", "r1 ended 200");
}

BOOST_FIXTURE_TEST_CASE(that_the_process_stops_is_told, Fixture) {
    std::stop_source process;
    context.stop = process.get_token();
    context.wait_until([&] {
        process.request_stop();
        context.check();
        note("not reached");
    });
    settle(context, outcome);
    CHECK_LINES("r1 debug the request was cancelled", "r1 ended 200");
}

BOOST_FIXTURE_TEST_CASE(a_task_past_the_limit_is_asked_to_stop_and_the_end_is_sent, Fixture) {
    context.wait_until([&] {
        wait_for_stop(context.stop);
        BOOST_TEST(context.cancelled());
        note("stopped");
    });
    context.wait_until([&] { note(context.cancelled() ? "second, cancelled" : "second"); });
    settle(context, outcome, 1ms);
    // The two threads talk in any order, but each says everything once.
    Lines lines = reporter.lines();
    std::sort(lines.begin(), lines.end());
    const Lines expected{"r1 ended 200", "r1 info second, cancelled", "r1 info stopped",
                         "r1 warn wait_until() tasks are still running at their time limit"};
    BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(the_end_does_not_wait_for_a_task_that_will_not_stop, Fixture) {
    context.wait_until([&] {
        while (reporter.lines().size() < 2)
            std::this_thread::yield();
        note("at last");
    });
    settle(context, outcome, 1ms);
    CHECK_LINES("r1 warn wait_until() tasks are still running at their time limit", "r1 ended 200",
                "r1 info at last");
}

BOOST_FIXTURE_TEST_CASE(the_deadline_of_the_request_is_a_limit_too, Fixture) {
    context.deadline = Context::Clock::now() - 1s;
    context.wait_until([&] { note(context.cancelled() ? "cancelled" : "not"); });
    settle(context, outcome);
    CHECK_LINES("r1 ended 200", "r1 info cancelled");
}

BOOST_FIXTURE_TEST_CASE(a_deadline_that_comes_while_a_task_runs_stops_it, Fixture) {
    const auto start = Context::Clock::now();
    context.deadline = start + 20ms;
    context.wait_until([&] { wait_for_stop(context.stop); });
    settle(context, outcome);
    BOOST_TEST((Context::Clock::now() - start < 20s));  // and not settle_limit
    CHECK_LINES("r1 warn wait_until() tasks are still running at their time limit", "r1 ended 200");
}

BOOST_FIXTURE_TEST_CASE(tasks_that_add_tasks_for_ever_come_to_an_end, Fixture) {
    int runs = 0;
    std::function<void()> again = [&] {
        ++runs;
        context.wait_until(again);
    };
    context.wait_until(again);
    settle(context, outcome, 1ms);
    BOOST_TEST(runs > 0);
    BOOST_TEST(reporter.lines().back() ==
               "r1 warn wait_until() tasks that were added too late were not run: 1");
}

BOOST_FIXTURE_TEST_CASE(a_limit_without_end_is_no_accident, Fixture) {
    context.wait_until([&] { note(context.cancelled() ? "cancelled" : "in time"); });
    settle(context, outcome, std::chrono::milliseconds::max());
    CHECK_LINES("r1 info in time", "r1 ended 200");
}

BOOST_FIXTURE_TEST_CASE(output_of_a_task_belongs_to_its_request, Fixture) {
    context.wait_until([&] { BOOST_TEST(current_context == &context); });
    settle(context, outcome);
    BOOST_TEST(current_context == nullptr);
}

BOOST_AUTO_TEST_CASE(record_settles_after_the_answer) {
    std::string order;
    record(
        [&](Request& r, ResponseWriter& w) {
            r.context.wait_until([&] { order += "deferred"; });
            w.write("x");
            order += "answered ";
        },
        Request::get("/"));
    BOOST_TEST(order == "answered deferred");
}

BOOST_AUTO_TEST_SUITE_END()

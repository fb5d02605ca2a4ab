// What is measured of a handler under load.
#include "bench/measure.h"

#include <atomic>
#include <csignal>
#include <set>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "bench/bench_report.h"
#include "cli/exit_status.h"
#include "function_reply.h"
#include "replay/replay_all.h"
#include <turngate/handlers/reply_errors.h>

using namespace turngate;
using namespace turngate::bench;
using namespace std::chrono_literals;

namespace {

Load load_of(std::function<Response(Request&)> handler) {
    Load load;
    load.events = {test::event("/a"), test::event("/b"), test::event("/c")};
    load.handler = to_handler(std::move(handler));
    load.limit = 100;
    load.timeout = 60s;
    return load;
}

Measured measured(const Load& load) {
    const replay::Interrupt interrupt;
    return measure(load, interrupt, [](std::uint64_t, std::uint64_t) {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(measure_a_handler)

BOOST_AUTO_TEST_CASE(each_event_is_sent_in_turn_and_counted) {
    std::atomic<int> a{0}, b{0}, c{0};
    Load load = load_of([&](Request& request) {
        ++(request.url.path == "/a" ? a : request.url.path == "/b" ? b : c);
        return text("x", request.url.path == "/c" ? 404 : 200);
    });
    for (unsigned concurrency : {1u, 4u}) {
        a = b = c = 0;
        load.concurrency = concurrency;

        const Measured m = measured(load);

        BOOST_TEST(m.events == 100u);
        BOOST_TEST(m.errors == 0u);
        BOOST_TEST(m.latencies.count() == 100u);
        BOOST_TEST(!m.pace);
        BOOST_TEST((a == 34 && b == 33 && c == 33));
        BOOST_TEST(m.statuses.at(200) == 67u);
        BOOST_TEST(m.statuses.at(404) == 33u);
        BOOST_TEST(m.exit_status() == 0);
    }
}

BOOST_AUTO_TEST_CASE(as_many_events_are_at_work_as_is_asked) {
    std::atomic<int> at_work{0};
    std::atomic<bool> all{false};
    Load load = load_of([&](Request& request) {
        if (++at_work == 8) all = true;
        while (!all && !request.context.stop.stop_requested())
            std::this_thread::yield();
        --at_work;
        return text("x");
    });
    load.concurrency = 8;

    measured(load);

    BOOST_TEST(all.load());
}

BOOST_AUTO_TEST_CASE(a_stall_is_in_the_latencies_from_the_due_time) {
    std::atomic<int> calls{0};
    Load load = load_of([&](Request& request) {
        const auto end = std::chrono::steady_clock::now() + 300ms;
        while (calls == 0 && std::chrono::steady_clock::now() < end &&
               !request.context.stop.stop_requested())
            std::this_thread::yield();
        ++calls;
        return text("x");
    });
    load.rate = 1000;

    const Measured m = measured(load);

    for (double fraction : {0.1, 0.5, 0.9})
        BOOST_TEST((m.pace->from_due.percentile(fraction) >=
                    m.latencies.percentile(fraction) * 0.999 + 190ms),
                   fraction);
    BOOST_TEST(m.pace->fell_behind());
    const std::string shown = bench_text(m, 1, {.unicode = true});
    BOOST_TEST(shown.find("! fell behind: events began up to ") != std::string::npos, shown);
    BOOST_TEST(shown.find("  from due   ") != std::string::npos, shown);
    const Json json = Json::parse(bench_json(m, 1));
    BOOST_TEST(json["fell_behind"].bool_or(false));
    BOOST_TEST(json["from_due"]["p99.9_ms"].number_or(0) >= 200);
    BOOST_TEST(json["rate"].number_or(0) == 1000);
}

BOOST_AUTO_TEST_CASE(failures_are_errors_and_told_by_kind) {
    Load load = load_of([](Request& request) -> Response {
        if (request.url.path == "/a") throw std::runtime_error("out of luck");
        if (request.url.path == "/b") throw HttpError(422, "no name");
        while (!request.context.stop.stop_requested())
            std::this_thread::yield();
        throw Cancelled("stopped");
    });
    load.limit = 6;
    load.timeout = 20ms;

    const Measured m = measured(load);

    BOOST_TEST(m.events == 6u);
    BOOST_TEST(m.errors == 4u);
    BOOST_TEST(m.problems.at("the handler failed: out of luck") == 2u);
    BOOST_TEST(m.problems.at("took more than 20.0 ms") == 2u);
    BOOST_TEST(m.statuses.at(422) == 2u);
    BOOST_TEST(m.exit_status() == 1);
    const std::string shown = bench_text(m, 1, {});
    BOOST_TEST(
        shown.find("error          2   the handler failed: out of luck\n") != std::string::npos,
        shown);
    const Json json = Json::parse(bench_json(m, 1));
    BOOST_TEST(json["errors"].integer_or(0) == 4);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_another_status) {
    Load load = load_of([](Request& request) -> Response {
        if (request.url.path == "/a") throw UnreachableUpstream("refused");
        if (request.url.path == "/b") throw OverdueConnection("silent");
        return text("x");
    });
    load.limit = 6;
    BOOST_TEST(measured(load).exit_status() == 1);  // what is started here
    load.is_elsewhere = true;

    const Measured m = measured(load);

    BOOST_TEST(m.errors == 4u);
    BOOST_TEST(m.unreachable == 4u);
    BOOST_TEST(m.exit_status() == cli::exit_status::no_target);
}

BOOST_AUTO_TEST_CASE(a_function_that_does_not_start_is_the_same) {
    Load load = load_of([](Request& request) -> Response {
        if (!request.context.find<FunctionFailureWanted>()) return text("a page");
        throw UnstartedFunction("no entry point");
    });
    load.limit = 2;
    load.is_elsewhere = true;

    const Measured m = measured(load);

    BOOST_TEST(m.problems.at("the handler failed: no entry point") == 2u);
    BOOST_TEST(m.exit_status() == cli::exit_status::no_target);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_without_the_events_at_work) {
    std::atomic<int> calls{0};
    Load load = load_of([&](Request& request) {
        if (++calls < 10) return text("x");
        std::raise(SIGINT);
        while (!request.context.stop.stop_requested())
            std::this_thread::yield();
        throw Cancelled("stopped");
    });
    load.limit = 0;
    load.duration = 1h;

    const Measured m = measured(load);

    BOOST_TEST(m.events == 9u);
    BOOST_TEST(m.errors == 0u);
    BOOST_TEST(m.exit_status() == 130);
}

BOOST_AUTO_TEST_CASE(a_duration_ends_it) {
    for (double rate : {0.0, 1.0 / 3600}) {
        Load load = load_of([](Request&) { return text("x"); });
        load.limit = 0;
        load.duration = 30ms;
        load.rate = rate;

        const Measured m = measured(load);

        BOOST_TEST(m.events >= 1u);
        BOOST_TEST((rate == 0 || m.events == 1));
        BOOST_TEST((m.seconds < 1h));
    }
}

// The first event takes longer than all of it.
BOOST_AUTO_TEST_CASE(events_that_were_due_before_the_end_are_sent_behind_it) {
    std::atomic<int> calls{0};
    Load load = load_of([&](Request&) {
        if (calls++ == 0) std::this_thread::sleep_for(80ms);
        return text("x");
    });
    load.limit = 0;
    load.duration = 50ms;
    load.rate = 1000;

    const Measured m = measured(load);

    BOOST_TEST(m.events == 50u);
    BOOST_TEST(calls == 50);
}

BOOST_AUTO_TEST_SUITE_END()

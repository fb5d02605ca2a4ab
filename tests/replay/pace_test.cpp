// Runs with a pace, with limits and with second attempts.
#include <atomic>
#include <csignal>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "cli/exit_status.h"
#include "replay/replay_all.h"
#include "replay/runner.h"
#include "support/gzip.h"

using namespace turngate;
using namespace turngate::replay;
using namespace turngate::test;
using namespace std::chrono_literals;

namespace {

// `count` events "/0", "/1", ... in one file, with the replies of orders().
void write_lines(const Folder& folder, int count) {
    std::string lines, goldens;
    for (int i = 0; i < count; ++i) {
        const std::string path = "/" + std::to_string(i);
        lines += event(path) + '\n';
        goldens += golden(path) + '\n';
    }
    folder.write("x.ndjson", lines);
    folder.write("x.replies.ndjson", goldens);
}

void stall(const Request& request, std::chrono::nanoseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end && !request.context.stop.stop_requested())
        std::this_thread::yield();
}

// When the events that were sent were due.
struct DueMoments final : Report {
    void event(const Result& result) override {
        if (result.from_due) all.push_back(result.began + result.latency - *result.from_due);
    }
    void end(const Summary&) override {}

    std::vector<std::chrono::steady_clock::time_point> all;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pace)

// The first one is answered when all others have been: who waits for answers never sends them.
BOOST_AUTO_TEST_CASE(events_begin_when_they_are_due_whatever_the_answers_do) {
    Folder folder;
    write_lines(folder, 20);
    std::atomic<int> answered{0};
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) {
        while (request.url.path == "/0" && answered < 19 && !request.context.stop.stop_requested())
            std::this_thread::yield();
        ++answered;
        return orders(request);
    });
    judge.timeout = 60s;

    const Ran outcome =
        replay_all({folder.path()}, judge, {.jobs = 256, .pace = {.rate = 1000}}, 0);

    BOOST_TEST(outcome.summary.passed == 20u, outcome.text);
    BOOST_TEST(outcome.summary.pace->from_due.count() == 20u);
}

// One stall of 200 ms: in the time from the start only one event has it, in the time from the due
// moment all those that had to wait for it, whatever this machine does.
BOOST_AUTO_TEST_CASE(a_stall_is_in_the_latencies_from_the_due_time) {
    Folder folder;
    write_lines(folder, 50);
    JudgeOptions judge = plain();
    judge.handler = to_handler([](Request& request) {
        if (request.url.path == "/0") stall(request, 200ms);
        return orders(request);
    });

    const Ran outcome = replay_all({folder.path()}, judge, {.jobs = 1, .pace = {.rate = 1000}}, 0);

    const Summary& summary = outcome.summary;
    BOOST_TEST(summary.passed == 50u, outcome.text);
    for (double fraction : {0.1, 0.5, 0.9}) {
        const auto from_start = summary.latencies.percentile(fraction);
        const auto from_due = summary.pace->from_due.percentile(fraction);
        BOOST_TEST((from_due >= from_start * 0.999 + 140ms), fraction);
    }
    BOOST_TEST((summary.pace->latest >= 150ms));
    BOOST_TEST(summary.pace->fell_behind());
    BOOST_TEST(outcome.text.find("fell behind: events began up to ") != std::string::npos);
    BOOST_TEST(outcome.text.find("; 1000/s asked, ") != std::string::npos);
    BOOST_TEST(outcome.text.find("   from due p50 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(results_stay_in_order_when_answers_do_not) {
    Folder folder;
    write_lines(folder, 300);
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) {
        if (request.url.path.ends_with('7')) stall(request, 1ms);
        return orders(request);
    });
    std::string out;
    cli::Output output(out);
    const auto report = ndjson_report(output);
    const Interrupt interrupt;
    Source source({folder.path()}, {});

    replay::run(source, judge, {.jobs = 64, .pace = {.rate = 20'000}}, {report.get()}, interrupt);

    std::size_t at = 0;
    for (int i = 1; i <= 300; ++i) {
        at = out.find("x.ndjson:" + std::to_string(i) + "\"", at);
        BOOST_REQUIRE(at != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(events_follow_each_other_as_they_were_recorded) {
    Folder folder;
    std::string lines;
    for (const char* time : {"1800000000000", "1800000000060", "1800000000061"})
        lines += event("/a").insert(1, "\"timeEpoch\":" + std::string(time) + ",") + '\n';
    folder.write("x.ndjson", lines);
    std::vector<std::chrono::steady_clock::time_point> begins;
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) {
        begins.push_back(std::chrono::steady_clock::now());
        return orders(request);
    });

    const Ran outcome = replay_all({folder.path()}, judge, {.jobs = 1, .pace = {.factor = 0.5}});

    BOOST_TEST(outcome.summary.fresh == 3u, outcome.text);
    BOOST_TEST(begins.size() == 3u);
    // An event never begins before it is due; a late one is not made up for by an early one.
    BOOST_TEST((begins[1] - begins[0] + outcome.summary.pace->latest >= 30ms));
    BOOST_TEST((outcome.summary.duration >= 30500us));
}

BOOST_AUTO_TEST_CASE(an_event_without_a_time_is_told_and_not_sent) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("b.json", event("/b").insert(1, "\"timeEpoch\":1800000000000,"));
    folder.write("package.json", R"({"name":"shop","private":true})");
    std::set<std::string> sent;
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) {
        sent.insert(request.url.path);
        return orders(request);
    });

    const Ran outcome = replay_all({folder.path()}, judge, {.jobs = 1, .pace = {.factor = 1}}, 0);

    BOOST_TEST(outcome.summary.exit_status() == 3);
    BOOST_TEST(outcome.text.find("says nowhere when it was recorded") != std::string::npos);
    BOOST_TEST(sent == std::set<std::string>{"/b"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_signal_ends_a_run_that_waits_for_the_next_event) {
    Folder folder;
    write_lines(folder, 3);
    JudgeOptions judge = plain();
    judge.handler = to_handler([](Request& request) {
        std::raise(SIGINT);
        return orders(request);
    });

    // The signal comes while the first one is at work, or behind it.
    const Ran outcome =
        replay_all({folder.path()}, judge, {.jobs = 4, .pace = {.rate = 1.0 / 3600}}, 0);

    BOOST_TEST(outcome.summary.exit_status() == 130);
    BOOST_TEST(outcome.summary.events <= 1u);
    BOOST_TEST(outcome.text.find("interrupted\n") != std::string::npos);
}

// The signal comes when all others have been answered, and wait for the first one to be told.
BOOST_AUTO_TEST_CASE(answers_behind_one_that_does_not_come_count) {
    Folder folder;
    write_lines(folder, 21);
    JudgeOptions judge = plain();
    judge.handler = to_handler([](Request& request) {
        if (request.url.path == "/0") stall(request, 1h);
        request.context.check();
        return orders(request);
    });
    judge.timeout = 1h;
    for (const std::uint64_t fail_fast : {0u, 1u}) {
        int done = 0;
        const auto progress = [&](const Summary&) {
            if (++done == 20) std::raise(SIGINT);
        };

        const Ran outcome = replay_all(
            {folder.path()}, judge,
            {.jobs = 256, .fail_fast = fail_fast, .pace = {.rate = 1000}, .progress = progress});

        BOOST_TEST(outcome.summary.exit_status() == 130);
        BOOST_TEST(outcome.summary.passed == (fail_fast == 0 ? 20u : 0u), outcome.text);
        BOOST_TEST(outcome.summary.events == outcome.summary.passed);
    }
}

BOOST_DATA_TEST_CASE(a_failure_stays_one_when_its_retry_is_interrupted,
                     boost::unit_test::data::make({0.0, 1000.0}), rate) {
    Folder folder;
    write_lines(folder, 1);
    int calls = 0;
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) {
        if (++calls < 3) return text("not yet", 503);
        std::raise(SIGINT);
        stall(request, 1h);
        request.context.check();
        return orders(request);
    });
    judge.timeout = 1h;

    const Ran outcome = replay_all({folder.path()}, judge, {.pace = {.rate = rate}, .retries = 5});

    BOOST_TEST(outcome.summary.exit_status() == 130);
    BOOST_TEST(outcome.summary.failed == 1u, outcome.text);
    BOOST_TEST(outcome.text.find("503") != std::string::npos, outcome.text);
}

BOOST_AUTO_TEST_CASE(a_time_limit_ends_a_run_wherever_it_is) {
    Folder folder;
    write_lines(folder, 3);
    JudgeOptions stuck = plain();
    stuck.handler = to_handler([](Request& request) {
        stall(request, 1h);
        request.context.check();
        return orders(request);
    });

    const Summary waiting =
        replay_all({folder.path()}, plain(), {.pace = {.rate = 1.0 / 3600}, .time_limit = 200ms})
            .summary;
    const Ran working = replay_all({folder.path()}, stuck, {.time_limit = 50ms});
    const Summary not_reached = replay_all({folder.path()}, plain(), {.time_limit = 1h}).summary;

    BOOST_TEST(waiting.exit_status() == cli::exit_status::time_limit);
    BOOST_TEST(working.summary.exit_status() == cli::exit_status::time_limit);
    BOOST_TEST(working.summary.events == 0u);
    BOOST_TEST(working.text.find("out of time (--time-limit)\n") != std::string::npos);
    BOOST_TEST(not_reached.exit_status() == 0);
    BOOST_TEST(!not_reached.out_of_time);
}

BOOST_DATA_TEST_CASE(a_limit_counts_events_alone, boost::unit_test::data::make({1u, 4u}), jobs) {
    Folder folder;
    for (int i = 10; i < 40; ++i)
        folder.write(std::to_string(i) + ".json",
                     i % 2 == 0 ? R"({"statusCode":200})" : event("/" + std::to_string(i)));
    std::atomic<int> calls{0};
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) { return ++calls, orders(request); });

    for (const Pace& pace : {Pace(), Pace{.rate = 1e6}})
        for (int limit : {1, 3, 14, 15, 16}) {
            calls = 0;
            const Ran outcome = replay_all(
                {folder.path()}, judge,
                {.jobs = jobs, .pace = pace, .limit = static_cast<std::uint64_t>(limit)});

            const int expected = std::min(limit, 15);
            BOOST_TEST(outcome.summary.events == static_cast<std::uint64_t>(expected));
            BOOST_TEST(calls == expected);
        }
    // The first ones, whoever is faster.
    BOOST_TEST(folder.has("39.reply.json.new"));
    Folder other;
    for (int i = 10; i < 40; ++i)
        other.write(std::to_string(i) + ".json", event("/"));
    replay_all({other.path()}, plain(), {.jobs = jobs, .limit = 7});
    BOOST_TEST(other.has("16.reply.json.new"));
    BOOST_TEST(!other.has("17.reply.json.new"));
}

BOOST_AUTO_TEST_CASE(an_event_that_passes_at_a_second_attempt_is_flaky) {
    Folder folder;
    write_lines(folder, 3);
    std::atomic<int> calls{0};
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) {
        if (request.url.path == "/1" && calls++ < 2) return text("not yet", 503);
        if (request.url.path == "/2") return text("never", 500);
        return orders(request);
    });
    std::string json;
    cli::Output out(json);
    const auto report = json_report(out);
    const Interrupt interrupt;
    Source source({folder.path()}, {});

    const Summary summary = replay::run(source, judge, {.retries = 2}, {report.get()}, interrupt);

    BOOST_TEST(summary.passed == 2u);
    BOOST_TEST(summary.flaky == 1u);
    BOOST_TEST(summary.failed == 1u);
    const Json told = Json::parse(json);
    BOOST_TEST(told["events"][0].find("attempts") == nullptr);
    BOOST_TEST(told["events"][1]["attempts"].integer_or(0) == 3);
    BOOST_TEST(told["events"][1]["flaky"].bool_or(false));
    BOOST_TEST(told["events"][2]["attempts"].integer_or(0) == 3);
    BOOST_TEST(!told["events"][2]["flaky"].bool_or(false));
    BOOST_TEST(told["summary"]["flaky"].integer_or(0) == 1);
    calls = 0;
    const Ran shown = replay_all({folder.path()}, judge, {.retries = 2}, 0);
    BOOST_TEST(shown.text.find("   flaky: passed at attempt 3\n") != std::string::npos);
    BOOST_TEST(shown.text.find("2 passed   1 flaky   1 failed") != std::string::npos);
    calls = 1;
    BOOST_TEST(replay_all({folder.path()}, judge, {.retries = 0}).summary.failed == 2u);
}

// Whatever attempts before it took, the event itself began when it was due.
BOOST_AUTO_TEST_CASE(attempts_that_failed_are_no_lateness) {
    Folder folder;
    write_lines(folder, 1);
    std::vector<std::chrono::steady_clock::time_point> begins;
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& request) {
        begins.push_back(std::chrono::steady_clock::now());
        if (begins.size() == 3) return orders(request);
        stall(request, 300ms);
        return text("not yet", 503);
    });

    for (const Pace& pace : {Pace{.rate = 100}, Pace{.factor = 1}}) {
        begins.clear();
        folder.write("x.ndjson", event("/0").insert(1, "\"timeEpoch\":1800000000000,") + '\n');
        const auto start = std::chrono::steady_clock::now();

        const Summary summary =
            replay_all({folder.path()}, judge, {.jobs = 4, .pace = pace, .retries = 2}).summary;

        BOOST_TEST(summary.flaky == 1u);
        BOOST_TEST_REQUIRE(begins.size() == 3u);
        BOOST_TEST((summary.pace->latest <= begins[0] - start));
        BOOST_TEST((summary.pace->last_one == summary.pace->latest));
        BOOST_TEST((summary.pace->from_due.max() <= begins[0] - start + summary.latencies.max()));
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_sent_takes_no_place_in_the_schedule) {
    const auto recorded = [](const std::string& path, const std::string& time) {
        return event(path).insert(1, "\"timeEpoch\":" + time + ',');
    };
    Folder folder;
    folder.write("0.json", recorded("/0", "1800000000000"));
    folder.write("a.json", R"({"statusCode":200})");
    folder.write("b.json", "{broken");
    folder.write("c.json", "");
    folder.write("d.json", recorded("/other", "1799999999990"));
    folder.write("e.json", event("/no-time-and-not-selected"));
    folder.write("f.json", R"({"name":"shop"})");
    folder.write("g.json.gz", "no gzip");
    folder.write("h.ndjson", "{broken\n" + recorded("/other", "1799999999990") + '\n');
    folder.write("z.json", recorded("/0", "1800000000010"));
    for (const char* name : {"0.reply.json", "z.reply.json"})
        folder.write(name, golden("/0"));
    JudgeOptions judge = plain();
    judge.filter.add("path=/0");

    for (const Pace& pace : {Pace{.rate = 100}, Pace{.factor = 1}}) {
        DueMoments moments;
        const Interrupt interrupt;
        Source source({folder.path()}, {});

        const Summary summary =
            replay::run(source, judge, {.jobs = 2, .pace = pace}, {&moments}, interrupt);

        BOOST_TEST(summary.passed == 2u);
        BOOST_TEST(summary.unselected == 3u);
        BOOST_TEST_REQUIRE(moments.all.size() == 2u);
        BOOST_TEST((moments.all[1] - moments.all[0] == 10ms));
    }
}

BOOST_AUTO_TEST_CASE(packed_events_have_their_time_too) {
    Folder folder;
    const std::string text = event("/0").insert(1, "\"timeEpoch\":1800000000000,");
    folder.write("a.json.gz", gzip(text));
    const Ran ran = replay_all({folder.path()}, plain(), {.pace = {.factor = 1}});
    BOOST_TEST(ran.summary.fresh == 1u, ran.text);
}

BOOST_AUTO_TEST_CASE(both_latencies_are_reported_as_json) {
    Folder folder;
    write_lines(folder, 2);
    std::string json;
    cli::Output out(json);
    const auto report = json_report(out);
    const Interrupt interrupt;
    Source source({folder.path()}, {});

    replay::run(source, plain(), {.jobs = 2, .pace = {.rate = 500}, .seed = 9}, {report.get()},
                interrupt);

    const Json told = Json::parse(json);
    BOOST_TEST(told["events"][1]["from_due_ms"].number_or(-1) >=
               told["events"][1]["ms"].number_or(1e9));
    const Json& summary = told["summary"];
    BOOST_TEST(summary["rate"].number_or(0) == 500);
    BOOST_TEST(summary["seed"].integer_or(0) == 9);
    for (const char* name : {"p50_ms", "p99_ms", "max_ms"})
        BOOST_TEST(summary["from_due"][name].number_or(-1) >= summary[name].number_or(1e9) * 0.999);
    BOOST_TEST(summary["latest_ms"].number_or(-1) >= 0);
}

BOOST_AUTO_TEST_SUITE_END()

// Whole replays: files in, verdicts and reports out.
#include <algorithm>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "replay/replay_all.h"
#include "replay/runner.h"

using namespace turngate;
using namespace turngate::replay;
using namespace turngate::test;
namespace fs = std::filesystem;

namespace {

std::string write_two_payloads(const Folder& folder) {
    return folder.write("a.json", R"({"Action":"Invoke","body":"{\"payloads\":[)"
                                  R"({\"method\":\"GET\",\"path\":\"/a\",\"headers\":{}},)"
                                  R"({\"method\":\"GET\",\"path\":\"/b\",\"headers\":{}}]}"})");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run)

BOOST_AUTO_TEST_CASE(a_reply_as_expected_passes_whatever_the_order_of_its_members) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", golden("/a"));

    const Ran outcome = replay_all({folder.path()});

    BOOST_TEST(outcome.summary.passed == 1u);
    BOOST_TEST(outcome.summary.exit_status() == 0);
    BOOST_TEST(outcome.text.find("✓ " + folder / "a.json") == 0u, outcome.text);
}

BOOST_AUTO_TEST_CASE(a_reply_that_differs_fails_with_the_fields_that_do) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", R"({"status":201,"headers":[["content-type","text/plain"]],)"
                                 R"("body":{"json":{"path":"/b","method":"GET","id":7}}})");

    const Ran outcome = replay_all({folder / "a.json"});

    BOOST_TEST(outcome.summary.failed == 1u);
    BOOST_TEST(outcome.summary.exit_status() == 1);
    for (const char* line : {"    status    201  →  200\n",
                             "    headers   - content-type: text/plain\n"
                             "              + content-type: application/json\n",
                             "    body      /id          - 7                            (missing)\n"
                             "              /path        - \"/b\"\n"
                             "                           + \"/a\"\n",
                             "    rerun     turngate replay /tmp/"})
        BOOST_TEST(outcome.text.find(line) != std::string::npos, line << " in\n" << outcome.text);
}

BOOST_AUTO_TEST_CASE(a_missing_reply_is_proposed_and_the_proposal_makes_it_pass) {
    Folder folder;
    folder.write("a.json", event("/a"));

    const Ran first = replay_all({folder.path()});
    BOOST_TEST(first.summary.fresh == 1u);
    BOOST_TEST(first.summary.exit_status() == 0);
    BOOST_TEST(!folder.has("a.reply.json"));

    fs::rename(folder / "a.reply.json.new", folder / "a.reply.json");
    BOOST_TEST(replay_all({folder.path()}).summary.passed == 1u);
    BOOST_TEST(folder.read("a.reply.json") ==
               "{\n  \"status\": 200,\n  \"headers\": [\n    [\"content-type\", "
               "\"application/json\"]\n  ],\n  \"body\": {\"json\": {\n    \"method\": \"GET\",\n"
               "    \"path\": \"/a\"\n  }}\n}\n");
}

BOOST_AUTO_TEST_CASE(a_missing_reply_fails_where_none_may_be_proposed) {
    Folder folder;
    folder.write("a.json", event("/a"));
    JudgeOptions judge = plain();
    judge.may_propose = false;

    BOOST_TEST(replay_all({folder.path()}, judge).summary.exit_status() == 1);
    BOOST_TEST(!folder.has("a.reply.json.new"));
}

BOOST_AUTO_TEST_CASE(updating_rewrites_a_golden_and_keeps_what_it_ignores) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", R"({"status":500,"ignore":["/body/json/method"],"tags":["x"]})");
    JudgeOptions judge = plain();
    judge.update = Update::changed;

    BOOST_TEST(replay_all({folder.path()}, judge).summary.updated == 1u);
    const std::string text = folder.read("a.reply.json");
    BOOST_TEST(text.find("\"ignore\": [\"/body/json/method\"]") != std::string::npos, text);
    BOOST_TEST(text.find("\"tags\": [\"x\"]") != std::string::npos, text);
    BOOST_TEST(replay_all({folder.path()}).summary.passed == 1u);
}

BOOST_AUTO_TEST_CASE(lines_are_events_and_have_their_goldens_line_by_line) {
    Folder folder;
    folder.write("calls.ndjson", event("/a") + "\n\n" + event("/b") + '\n' + event("/c"));
    folder.write("calls.replies.ndjson", golden("/a") + "\n\n" + golden("/x") + '\n');

    const Ran outcome = replay_all({folder.path()});

    BOOST_TEST(outcome.summary.events == 3u);
    BOOST_TEST(outcome.summary.passed == 1u);
    BOOST_TEST(outcome.summary.failed == 1u);
    BOOST_TEST(outcome.summary.fresh == 1u);
    BOOST_TEST(outcome.text.find("calls.ndjson:3 ") != std::string::npos);
    const std::string proposed = folder.read("calls.replies.ndjson.new");
    BOOST_TEST(proposed.find("\n\n\n{\"status\": 200") == 0u, proposed);
    BOOST_TEST(replay_all({folder / "calls.ndjson:3"}).summary.failed == 1u);
}

BOOST_AUTO_TEST_CASE(one_bad_file_does_not_keep_the_others_from_running) {
    Folder folder;
    folder.write("a.json", "{\"method\": ");
    folder.write("b.json", "");
    folder.write("c.json", event("/c"));
    folder.write("c.reply.json", golden("/c"));
    folder.write("d.json", event("/d"));
    folder.write("d.reply.json", "[1]");
    folder.write("e.json", "{\"statusCode\": 200, \"body\": \"x\"}");

    const Ran outcome = replay_all({folder.path()});

    BOOST_TEST(outcome.summary.passed == 1u);
    BOOST_TEST(outcome.summary.unreadable == 3u);
    BOOST_TEST(outcome.summary.skipped == 1u);
    BOOST_TEST(outcome.summary.exit_status() == 3);
    BOOST_TEST(replay_all({folder / "e.json"}).summary.unreadable == 1u);
    BOOST_TEST(replay_all({folder / "c.reply.json"}).text.find("an expected reply, not an event") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_is_a_reply_of_500_and_is_told) {
    Folder folder;
    folder.write("a.json", event("/throw"));
    folder.write("a.reply.json", R"({"status":200})");

    const Ran outcome = replay_all({folder.path()});

    BOOST_TEST(outcome.summary.failed == 1u);
    BOOST_TEST(outcome.text.find("threw: no such shop") != std::string::npos, outcome.text);
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_handler_is_never_proposed_as_its_reply) {
    Folder folder;
    folder.write("a.json", event("/throw"));

    BOOST_TEST(replay_all({folder.path()}).summary.exit_status() == 1);
    BOOST_TEST(!folder.has("a.reply.json.new"));
}

BOOST_AUTO_TEST_CASE(an_event_that_takes_too_long_fails_alone) {
    Folder folder;
    folder.write("a.json", event("/late"));
    folder.write("b.json", event("/b"));
    folder.write("b.reply.json", golden("/b"));
    JudgeOptions judge = plain();
    judge.timeout = std::chrono::milliseconds(20);

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.failed == 1u);
    BOOST_TEST(outcome.summary.passed == 1u);
    BOOST_TEST(outcome.text.find(", of at most 20.0 ms") != std::string::npos, outcome.text);
}

BOOST_AUTO_TEST_CASE(the_output_of_several_workers_is_in_order) {
    Folder folder;
    std::string lines;
    for (int i = 0; i < 3000; ++i)
        lines += event("/" + std::to_string(i)) + '\n';
    folder.write("many.ndjson", lines);
    JudgeOptions judge = plain();
    judge.statuses = {{200, 299}};

    const std::string one = replay_all({folder.path()}, judge, {.jobs = 1}).text;
    const std::string four = replay_all({folder.path()}, judge, {.jobs = 4}).text;

    std::size_t position = 0;
    for (int i = 1; i <= 3000; ++i) {
        const auto found = four.find("many.ndjson:" + std::to_string(i) + ' ', position);
        BOOST_REQUIRE(found != std::string::npos);
        position = found;
    }
    BOOST_TEST(std::count(one.begin(), one.end(), '\n') ==
               std::count(four.begin(), four.end(), '\n'));
}

BOOST_AUTO_TEST_CASE(fail_fast_gives_up_after_the_failures_it_is_given) {
    Folder folder;
    std::string lines;
    for (int i = 0; i < 1000; ++i)
        lines += event("/") + '\n';
    folder.write("many.ndjson", lines);
    JudgeOptions judge = plain();
    judge.statuses = {{404, 404}};

    const Ran outcome = replay_all({folder.path()}, judge, {.jobs = 2, .fail_fast = 3});

    BOOST_TEST(outcome.summary.failed == 3u);
    BOOST_TEST(outcome.summary.gave_up);
}

BOOST_AUTO_TEST_CASE(reports_of_earlier_runs_are_no_events) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", golden("/a"));
    for (const auto make : {json_report, ndjson_report}) {
        std::string text;
        cli::Output out(text);
        const auto report = make(out);
        report->event({.name = "a.json", .problem = std::string(7'000'000, 'x')});
        report->end({});
        folder.write(make == json_report ? "large.json" : "large.ndjson", text);
    }
    folder.write("none.json", "{\"events\": [],\n\"summary\": {\"events\":0}}");
    folder.write("none.jsonl", "{\"type\":\"summary\",\"events\":0}\n");
    folder.write("one.json", "{\"events\": [\n{\"name\":\"a.json\"}],\n\"summary\": {}}");

    const Ran outcome = replay_all({folder.path()});

    BOOST_TEST(outcome.summary.skipped == 5u, outcome.text);
    BOOST_TEST(outcome.summary.exit_status() == 0);
    BOOST_TEST(replay_all({folder / "one.json"}).summary.exit_status() == 3);
}

BOOST_AUTO_TEST_CASE(the_line_that_repeats_an_event_names_it_whatever_it_is_called) {
    Folder folder;
    const auto rerun = [&](const std::string& name) {
        folder.write("event", R"({"method":"GET","path":"/"})");
        folder.write("event.reply.json", R"({"status":404})");
        fs::rename(folder / "event", folder / name);
        fs::rename(folder / "event.reply.json", golden_path(folder / name));
        const std::string text = replay_all({folder / name}).text;
        const auto at = text.find("rerun     ");
        return at == std::string::npos ? "" : text.substr(at + 10, text.find('\n', at) - at - 10);
    };
    BOOST_TEST(rerun("a\n\x1b\xff'\\.json") ==
               "turngate replay $'" + folder / R"(a\012\033\377\'\\.json' -t self)");
    BOOST_TEST(rerun("-a.json") == "turngate replay " + folder / "-a.json -t self");
}

BOOST_AUTO_TEST_CASE(an_event_of_a_stream_cannot_be_repeated) {
    Folder folder;
    BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::thread writer([&] { std::ofstream(folder / "pipe") << event("/throw") << '\n'; });

    const Ran outcome = replay_all({folder / "pipe"});
    writer.join();

    BOOST_TEST(outcome.summary.failed == 1u);
    BOOST_TEST(outcome.text.find("rerun") == std::string::npos, outcome.text);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_still_tells_its_summary) {
    Folder folder;
    folder.write("a.json", event("/a"));
    std::string text;
    cli::Output out(text);
    const auto report = text_report(out, {});
    Interrupt interrupt;
    interrupt.raise(2);
    Source source({folder.path()}, {}, interrupt.fd());

    const Summary summary = replay::run(source, plain(), {}, {report.get()}, interrupt);

    BOOST_TEST(summary.exit_status() == 130);
    BOOST_TEST(text.find("interrupted\n0 events") == 0u, text);
}

BOOST_AUTO_TEST_CASE(an_event_that_is_cut_off_by_an_interrupt_has_not_run) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", golden("/a"));
    folder.write("b.json", event("/b"));
    folder.write("c.json", event("/c"));
    std::string text;
    cli::Output out(text);
    const auto report = text_report(out, {.verbosity = 1});
    Interrupt interrupt;
    JudgeOptions judge = plain();
    judge.update = Update::all;
    judge.handler = to_handler([&](Request& request) {
        if (request.url.path == "/b") {
            interrupt.raise(15);
            while (!request.context.stop.stop_requested())
                std::this_thread::yield();
        }
        return orders(request);
    });
    Source source({folder.path()}, {}, interrupt.fd());

    const Summary summary = replay::run(source, judge, {}, {report.get()}, interrupt);

    BOOST_TEST(summary.exit_status() == 143);
    BOOST_TEST(summary.events == 1u);
    BOOST_TEST(summary.passed == 1u);
    BOOST_TEST(summary.failed == 0u);
    BOOST_TEST(text.find("b.json") == std::string::npos, text);
    BOOST_TEST(text.find("interrupted\n1 event") != std::string::npos, text);
    BOOST_TEST(!folder.has("b.reply.json"));
}

BOOST_AUTO_TEST_CASE(every_payload_of_an_event_has_a_deadline_and_a_log) {
    Folder folder;
    write_two_payloads(folder);
    JudgeOptions judge = plain();
    judge.timeout = std::chrono::minutes(1);
    judge.handler = to_handler([](Request& request) -> Response {
        if (!request.context.deadline || !request.context.stop.stop_possible()) return text("none");
        request.context.log(Level::warn, "about to fail");
        throw std::runtime_error("no " + request.url.path);
    });

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.failed == 1u, outcome.text);
    BOOST_TEST(outcome.text.find("threw: no /a") != std::string::npos, outcome.text);
    BOOST_TEST(outcome.text.find("warn: about to fail") != std::string::npos, outcome.text);
    BOOST_TEST(!folder.has("a.reply.json.new"));
}

BOOST_AUTO_TEST_CASE(an_event_of_several_payloads_is_made_no_event_of_one) {
    Folder folder;
    write_two_payloads(folder);
    JudgeOptions judge = plain();
    judge.as = events::Format::alb;

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.skipped == 1u, outcome.text);
    BOOST_TEST(outcome.text.find("it has 2 payloads") != std::string::npos, outcome.text);
    BOOST_TEST(replay_all({folder / "a.json"}, judge, {}, 0).text.starts_with("·"));
    BOOST_TEST(replay_all({folder.path()}, judge, {}, 0).text.starts_with("0 events"));
}

BOOST_AUTO_TEST_CASE(a_reply_past_the_limit_of_its_source_is_the_413_that_says_so) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("b.json", event("/b"));
    folder.write("b.reply.json", R"({"status":200})");
    JudgeOptions judge = plain();
    judge.as = events::Format::alb;
    judge.update = Update::all;
    judge.handler = to_handler([](Request&) { return text(std::string(2'000'000, 'x')); });

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.failed == 2u, outcome.text);
    BOOST_TEST(outcome.text.find("an Application Load Balancer takes at most 1048576 bytes") !=
               std::string::npos);
    BOOST_TEST(outcome.text.find("status    200  →  413") != std::string::npos, outcome.text);
    BOOST_TEST(!folder.has("a.reply.json"));
    BOOST_TEST(folder.read("b.reply.json") == R"({"status":200})");
}

BOOST_AUTO_TEST_CASE(every_shape_gives_the_reply_that_the_event_itself_gives) {
    Folder folder;
    folder.write("a.json", event("/a/b"));
    folder.write("a.reply.json", golden("/a/b"));
    JudgeOptions judge = plain();
    judge.all_shapes = true;

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.passed == 1u, outcome.text);
}

BOOST_AUTO_TEST_CASE(a_shape_with_another_reply_is_named) {
    Folder folder;
    folder.write("a.json", event("/a"));
    JudgeOptions judge = plain();
    judge.handler = to_handler([](Request& r) {
        return text(r.headers.contains("x-amzn-trace-id") ? "traced\n" : "untraced\n");
    });
    judge.all_shapes = true;

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.failed == 1u);
    BOOST_TEST(outcome.text.find("gives another reply") != std::string::npos, outcome.text);
    BOOST_TEST(outcome.text.find("    parity    apigw-v1 ·  apigw-http1 ✗") != std::string::npos,
               outcome.text);
}

// What `direct` says of an event, and what the events say that API Gateway did not make.
Ran replay_all_shapes(const std::vector<std::string>& direct,
                      const std::vector<std::string>& converted, const std::string& name) {
    Folder folder;
    folder.write("a.json", event("/a"));
    JudgeOptions judge = plain();
    judge.handler = to_handler([&](Request& r) {
        Response response = text("");
        for (const std::string& value : r.headers.contains("x-amzn-trace-id") ? converted : direct)
            response.headers.add(name, value);
        return response;
    });
    judge.all_shapes = true;
    return replay_all({folder.path()}, judge);
}

BOOST_AUTO_TEST_CASE(values_that_a_shape_joins_are_no_other_reply) {
    const Ran outcome = replay_all_shapes({"a", "b"}, {"a", "b"}, "Vary");

    BOOST_TEST(outcome.summary.failed == 0u, outcome.text);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_missing_is_another_reply) {
    const Ran outcome = replay_all_shapes({"a", "b"}, {"b"}, "Vary");

    BOOST_TEST(outcome.summary.failed == 1u, outcome.text);
    BOOST_TEST(outcome.text.find("alb ✗") != std::string::npos, outcome.text);
    BOOST_TEST(outcome.text.find("apigw-v2 ✗") != std::string::npos, outcome.text);
}

BOOST_AUTO_TEST_CASE(a_cookie_that_is_missing_is_another_reply) {
    const Ran outcome = replay_all_shapes({"a=1", "b=2"}, {"a=1"}, "Set-Cookie");

    BOOST_TEST(outcome.summary.failed == 1u, outcome.text);
    BOOST_TEST(outcome.text.find("alb ✗") != std::string::npos, outcome.text);
}

BOOST_AUTO_TEST_CASE(a_loss_of_the_shape_is_no_failure) {
    Folder folder;
    folder.write("a.json", event("/a%2Fb"));
    JudgeOptions judge = plain();
    judge.handler = to_handler([](Request& r) { return text(r.url.path); });
    judge.all_shapes = true;

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.failed == 0u, outcome.text);
    BOOST_TEST(
        outcome.text.find("apigw-v2           0          0      1       0") != std::string::npos,
        outcome.text);
    BOOST_TEST(
        outcome.text.find("function-url       1          0      0       0") != std::string::npos,
        outcome.text);
    BOOST_TEST(outcome.text.find("    lossy     apigw-v2: ") != std::string::npos, outcome.text);
    BOOST_TEST(replay_all({folder.path()}, judge, {}, 0).text.find("    lossy ") ==
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_selected_is_a_status_of_its_own) {
    Folder folder;
    folder.write("a.json", event("/a"));
    BOOST_TEST(
        replay_all({folder.path()}, plain(), {}, 1, {.only = {"b*"}}).summary.exit_status() == 5);
}

BOOST_AUTO_TEST_SUITE_END()

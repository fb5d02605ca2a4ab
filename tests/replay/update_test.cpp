// Which expected replies a replay writes, and which it never writes.
#include <string>

#include <boost/test/unit_test.hpp>

#include "cli/exit_status.h"
#include "function_reply.h"
#include "replay/line_goldens.h"
#include "replay/replay_all.h"
#include <turngate/handlers/reply_errors.h>

using namespace turngate;
using namespace turngate::test;

namespace {

JudgeOptions updating(Update update) {
    JudgeOptions judge = plain();
    judge.update = update;
    return judge;
}

Response large_binary(Request&) {
    return {200, {{"Content-Type", "application/octet-stream"}}, std::string(5000, '\xff')};
}

// A golden that nobody can parse, one that parses and cannot be used, one that is not JSON at all.
const char* const broken_goldens[] = {
    R"({"status": 200,)", R"({"status": "yes"})", R"({"status":200,"body":{"base64":"?"}})",
    R"({"status":200,"body":{"file":"gone.body"}})", "<<<<<<< HEAD\n"};

}  // namespace

BOOST_AUTO_TEST_SUITE(update)

BOOST_AUTO_TEST_CASE(expected_statuses_do_not_keep_replies_from_being_written) {
    for (Update which : {Update::fresh, Update::all}) {
        Folder folder;
        folder.write("a.json", event("/a"));
        JudgeOptions judge = updating(which);
        judge.statuses = {{200, 299}};

        BOOST_TEST(replay_all({folder.path()}, judge).summary.updated == 1u);
        BOOST_TEST(replay_all({folder.path()}).summary.passed == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_reply_of_a_wrong_status_never_becomes_the_expected_one) {
    for (Update which : {Update::none, Update::fresh, Update::changed, Update::all}) {
        Folder folder;
        folder.write("a.json", event("/a"));
        folder.write("b.json", event("/b"));
        folder.write("b.reply.json", golden("/x"));
        folder.write("c.ndjson", event("/c"));
        JudgeOptions judge = updating(which);
        judge.statuses = {{404, 404}};

        const Ran outcome = replay_all({folder.path()}, judge);

        BOOST_TEST(outcome.summary.failed == 3u, outcome.text);
        BOOST_TEST(outcome.summary.exit_status() == 1);
        BOOST_TEST(!folder.has("a.reply.json"));
        BOOST_TEST(!folder.has("a.reply.json.new"));
        BOOST_TEST(folder.read("b.reply.json") == golden("/x"));
        BOOST_TEST(!folder.has("c.replies.ndjson"));
        BOOST_TEST(!folder.has("c.replies.ndjson.new"));
    }
}

BOOST_AUTO_TEST_CASE(expected_statuses_alone_propose_nothing) {
    Folder folder;
    folder.write("a.json", event("/a"));
    JudgeOptions judge = plain();
    judge.statuses = {{200, 299}};

    BOOST_TEST(replay_all({folder.path()}, judge).summary.passed == 1u);
    BOOST_TEST(!folder.has("a.reply.json.new"));
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_handler_never_becomes_the_expected_reply) {
    for (Update which : {Update::fresh, Update::changed, Update::all}) {
        Folder folder;
        folder.write("a.json", event("/throw"));
        folder.write("b.json", event("/throw"));
        folder.write("b.reply.json", golden("/b"));

        const Ran outcome = replay_all({folder.path()}, updating(which));

        BOOST_TEST(outcome.summary.failed == 2u, outcome.text);
        BOOST_TEST(!folder.has("a.reply.json"));
        BOOST_TEST(folder.read("b.reply.json") == golden("/b"));
        BOOST_TEST(outcome.text.find("the handler failed") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(an_expected_failure_passes) {
    Folder folder;
    folder.write("a.json", event("/throw"));
    folder.write("a.reply.json", R"({"status":500})");
    BOOST_TEST(replay_all({folder.path()}, updating(Update::all)).summary.passed == 1u);
}

// Whatever is expected: not even a 502 or a 504 is what a server that is not there has answered.
BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_fails_every_event) {
    for (const bool is_elsewhere : {true, false}) {
        Folder folder;
        for (const char* name : {"a", "b"})
            folder.write(std::string(name) + ".json", event('/' + std::string(name)));
        folder.write("a.reply.json", R"({"status":502})");
        folder.write("b.reply.json", R"({"status":504})");
        folder.write("c.json", event("/a"));
        JudgeOptions judge = updating(Update::none);
        judge.is_elsewhere = is_elsewhere;
        judge.statuses = {{200, 599}};
        judge.handler = to_handler([](Request& request) -> Response {
            if (request.url.path == "/a") throw UnreachableUpstream("refused");
            throw OverdueConnection("silent");
        });

        const Ran outcome = replay_all({folder.path()}, judge);

        BOOST_TEST(outcome.summary.failed == (is_elsewhere ? 3u : 0u), outcome.text);
        BOOST_TEST(outcome.summary.exit_status() ==
                   (is_elsewhere ? cli::exit_status::no_target : cli::exit_status::good));
        const bool is_told = outcome.text.find("the target cannot be reached") != std::string::npos;
        BOOST_TEST(is_told == is_elsewhere, outcome.text);
    }
}

BOOST_AUTO_TEST_CASE(a_function_that_does_not_start_is_none_that_answers) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", R"({"status":500})");
    JudgeOptions judge = updating(Update::all);
    judge.is_elsewhere = true;
    judge.handler = to_handler([](Request& request) -> Response {
        if (!request.context.find<FunctionFailureWanted>()) return text("a page", 502);
        throw UnstartedFunction("no entry point");
    });

    const Ran outcome = replay_all({folder.path()}, judge);

    BOOST_TEST(outcome.summary.exit_status() == cli::exit_status::no_target, outcome.text);
    BOOST_TEST(folder.read("a.reply.json") == R"({"status":500})");
}

BOOST_AUTO_TEST_CASE(a_broken_golden_says_how_to_get_rid_of_it) {
    for (const char* broken : broken_goldens)
        for (Update which : {Update::none, Update::fresh, Update::changed}) {
            Folder folder;
            folder.write("a.json", event("/a"));
            folder.write("a.reply.json", broken);

            const Ran outcome = replay_all({folder.path()}, updating(which));

            BOOST_TEST(outcome.summary.exit_status() == 3, broken);
            BOOST_TEST(outcome.text.find("a.reply.json: ") != std::string::npos, outcome.text);
            BOOST_TEST(outcome.text.find("--update all") != std::string::npos, outcome.text);
            BOOST_TEST(folder.read("a.reply.json") == broken);
        }
}

BOOST_AUTO_TEST_CASE(updating_all_replaces_a_broken_golden) {
    for (const char* broken : broken_goldens) {
        Folder folder;
        folder.write("a.json", event("/a"));
        folder.write("a.reply.json", broken);

        const Ran outcome = replay_all({folder.path()}, updating(Update::all));

        BOOST_TEST(outcome.summary.updated == 1u, outcome.text);
        BOOST_TEST(replay_all({folder.path()}).summary.passed == 1u, folder.read("a.reply.json"));
    }
}

BOOST_AUTO_TEST_CASE(a_broken_golden_of_a_line_is_named_by_file_and_line) {
    for (const char* broken : broken_goldens) {
        Folder folder;
        folder.write("a.ndjson", event("/a") + '\n' + event("/b") + '\n');
        folder.write("a.replies.ndjson", golden("/a") + '\n' + broken + '\n');

        const Ran outcome = replay_all({folder.path()});

        BOOST_TEST(outcome.summary.passed == 1u);
        BOOST_TEST(outcome.text.find(folder / "a.replies.ndjson:2: ") != std::string::npos,
                   outcome.text);
        BOOST_TEST(replay_all({folder.path()}, updating(Update::all)).summary.updated == 1u);
        BOOST_TEST(replay_all({folder.path()}).summary.passed == 2u);
    }
}

BOOST_AUTO_TEST_CASE(a_large_binary_body_is_a_file_beside_the_reply) {
    Folder folder;
    folder.write("a.json", event("/a"));
    JudgeOptions judge = updating(Update::fresh);
    judge.handler = to_handler(large_binary);

    BOOST_TEST(replay_all({folder.path()}, judge).summary.updated == 1u);
    BOOST_TEST(folder.read("a.reply.body") == std::string(5000, '\xff'));
    BOOST_TEST(folder.read("a.reply.json").find("\"file\": \"a.reply.body\"") != std::string::npos);
    judge.update = Update::none;
    BOOST_TEST(replay_all({folder.path() + "/*"}, judge).summary.passed == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_no_expected_reply_names_is_no_place_for_a_body) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.body", "mine");
    JudgeOptions judge = updating(Update::fresh);
    judge.handler = to_handler(large_binary);

    const Ran outcome = replay_all({folder.path()}, judge);
    BOOST_TEST(outcome.text.find("a.reply.body is there already") != std::string::npos,
               outcome.text);
    BOOST_TEST(folder.read("a.reply.body") == "mine");
    BOOST_TEST(!folder.has("a.reply.json"));

    judge.update = Update::all;
    BOOST_TEST(replay_all({folder.path()}, judge).summary.updated == 1u);
    BOOST_TEST(folder.read("a.reply.body").size() == 5000u);
}

BOOST_AUTO_TEST_CASE(files_of_lines_with_one_name_have_replies_of_their_own) {
    Folder folder;
    folder.write("a.ndjson", event("/1") + '\n');
    folder.write("a.jsonl", event("/2") + '\n');

    BOOST_TEST(replay_all({folder.path()}, updating(Update::fresh)).summary.updated == 2u);
    BOOST_TEST(replay_all({folder.path()}).summary.passed == 2u);
    BOOST_TEST(folder.has("a.replies.jsonl"));
}

BOOST_AUTO_TEST_CASE(runs_that_propose_lines_add_up) {
    Folder folder;
    folder.write("a.ndjson", event("/1") + '\n' + event("/2") + '\n' + event("/3") + '\n');
    folder.write("a.replies.ndjson", "\n" + golden("/2") + '\n');

    BOOST_TEST(replay_all({folder / "a.ndjson:3"}).summary.fresh == 1u);
    BOOST_TEST(replay_all({folder / "a.ndjson:1"}).summary.fresh == 1u);
    BOOST_TEST(replay_all({folder / "a.ndjson:3"}).summary.fresh == 1u);
    replay::accept_lines(folder / "a.replies.ndjson.new");

    BOOST_TEST(!folder.has("a.replies.ndjson.new"));
    BOOST_TEST(replay_all({folder.path()}).summary.passed == 3u, folder.read("a.replies.ndjson"));
}

BOOST_AUTO_TEST_CASE(a_proposal_of_lines_never_brings_back_an_old_golden) {
    Folder folder;
    folder.write("a.ndjson", event("/1") + '\n' + event("/2") + '\n');
    folder.write("a.replies.ndjson", golden("/old") + '\n');
    replay_all({folder.path()});                             // proposes line 2
    replay_all({folder.path()}, updating(Update::changed));  // writes line 1

    replay::accept_lines(folder / "a.replies.ndjson.new");

    BOOST_TEST(replay_all({folder.path()}).summary.passed == 2u, folder.read("a.replies.ndjson"));
}

BOOST_AUTO_TEST_CASE(what_is_written_takes_back_what_was_proposed) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("b.ndjson", event("/1") + '\n' + event("/2") + '\n');
    replay_all({folder.path()});
    BOOST_TEST(folder.has("a.reply.json.new"));
    BOOST_TEST(folder.has("b.replies.ndjson.new"));

    replay_all({folder / "a.json", folder / "b.ndjson:1"}, updating(Update::fresh));
    BOOST_TEST(!folder.has("a.reply.json.new"));
    BOOST_TEST(folder.read("b.replies.ndjson.new").starts_with("\n{"));

    replay_all({folder / "b.ndjson:2"}, updating(Update::fresh));
    BOOST_TEST(!folder.has("b.replies.ndjson.new"));
    BOOST_TEST(replay_all({folder.path()}).summary.passed == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

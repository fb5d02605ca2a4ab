// Filters: which terms there are, what they select, and what is said of those that are none.
#include "replay/filter.h"

#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "replay/replay_all.h"

using namespace turngate;
using namespace turngate::test;

namespace {

Filter filter(std::string_view expression) {
    Filter out;
    out.add(expression);
    return out;
}

bool selects(std::string_view expression) {
    return filter(expression)
        .matches({.method = "POST",
                  .path = "/orders/5",
                  .format = "apigw-v2",
                  .tags = {"smoke", "two words"},
                  .status = 201});
}

std::string refusal(std::string_view expression) {
    try {
        filter(expression);
        return "";
    } catch (const BadFilter& e) {
        return std::string(e.what()) + " | " + e.hint();
    }
}

// How many events of the folder run.
std::uint64_t replayed(const Folder& folder, std::string_view expression) {
    JudgeOptions judge = plain();
    judge.may_propose = false;
    judge.filter.add(expression);
    return replay_all({folder.path()}, judge).summary.events;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(filter_)

BOOST_AUTO_TEST_CASE(every_term_has_to_hold) {
    for (const char* yes : {"method=POST",
                            "method=post",
                            "path=/orders/5",
                            "path~^/orders",
                            "path~\\d$",
                            "format=apigw-v2",
                            "format~^apigw",
                            "tag=smoke",
                            "tag=\"two words\"",
                            "tag~^two",
                            "status=201",
                            "status>=201",
                            "status<=201",
                            "status>200",
                            "status<202",
                            "!status>=500",
                            "!method=GET",
                            "!tag=slow",
                            "method=POST path~^/orders format=apigw-v2 tag=smoke status<300",
                            "  method=POST\t!tag=slow\n",
                            "method~^P(OS|U)T$"})
        BOOST_TEST(selects(yes), yes);
    for (const char* no :
         {"method=GET", "path=/orders", "path~^orders", "format=alb", "tag=smok", "tag=two",
          "status=200", "status>201", "status<201", "status>=500", "!status=201", "!method=POST",
          "method=POST tag=slow", "tag=smoke !tag=smoke", "!path~orders"})
        BOOST_TEST(!selects(no), no);
    BOOST_TEST(Filter().matches({}));
}

BOOST_AUTO_TEST_CASE(what_is_unknown_does_not_hold) {
    const Filter::Facts nothing{.method = "GET", .path = "/", .format = "raw"};
    BOOST_TEST(!filter("status>=100").matches(nothing));
    BOOST_TEST(!filter("status<=999").matches(nothing));
    BOOST_TEST(filter("!status>=500").matches(nothing));
    BOOST_TEST(!filter("tag~.*").matches(nothing));
}

BOOST_AUTO_TEST_CASE(several_expressions_add_up) {
    Filter both = filter("method=POST");
    both.add("path=/a");
    BOOST_TEST(both.matches({.method = "POST", .path = "/a", .format = "raw"}));
    BOOST_TEST(!both.matches({.method = "POST", .path = "/b", .format = "raw"}));
    BOOST_TEST(!both.matches({.method = "GET", .path = "/a", .format = "raw"}));
}

BOOST_AUTO_TEST_CASE(what_is_no_term_is_refused_with_its_fix) {
    struct Case {
        const char* expression;
        const char* says;
    };
    const Case cases[] = {
        {"", "\"\": there is no term | write one as method=POST or path~^/orders"},
        {"   ", "there is no term"},
        {"pth~^/x", "\"pth~^/x\": there is no key \"pth\" | did you mean path?"},
        {"methd=GET", "did you mean method?"},
        {"colour=red", "the keys are method, path, format, tag and status"},
        {"=GET", "there is no key | "},
        {"method", "there is no operator behind method | write = or ~"},
        {"method=GET smoke", "\"smoke\": there is no key \"smoke\""},
        {"method!=GET",
         "there is no operator behind method | a '!' stands before the term: !method=GET"},
        {"!!method=GET", "there is no key"},
        {"method=", "there is no value"},
        {"tag=\"\"", "there is no value"},
        {"tag=\"a", "a quote is open"},
        {"tag=\"a\"b", "there is something behind the quotes"},
        {"tag=a\"b\"", "there is a quote inside the value"},
        {"status>=abc", "a status is a number from 100 to 999 | write status=404 or status>=500"},
        {"status=99", "a status is a number from 100 to 999"},
        {"status=1000", "a status is a number from 100 to 999"},
        {"status=5xx", "a status is a number from 100 to 999"},
        {"status~5", "a status is a number from 100 to 999"},
        {"status~500", "a status is a number, and no text"},
        {"path>=/a", "only a status can be less or greater | write = or ~"},
        {"format=apigwv2", "there is no shape \"apigwv2\" | did you mean apigw-v2?"},
        {"format=zzzzzzzzzzz", "turngate event list tells the shapes"},
        {"path~(", "the expression is wrong: a '(' without its ')' at byte 2 | a backslash takes"},
        {"tag=\x1b[31m", ""},
        {"\x1b[31m=x", "\"\\x1b[31m=x\": there is no key \"\\x1b[31m\""},
    };
    for (const Case& one : cases)
        BOOST_TEST(refusal(one.expression).find(one.says) != std::string::npos,
                   one.expression << " is told: " << refusal(one.expression));
}

BOOST_AUTO_TEST_CASE(only_what_matches_is_replayed_and_counted) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", R"({"status":200,"tags":["smoke"]})");
    folder.write("b.json", event("/b", "POST"));
    folder.write("b.reply.json", R"({"status":500,"tags":["slow","smoke"]})");
    folder.write("c.ndjson", event("/c") + '\n' + event("/d") + '\n');
    folder.write("c.replies.ndjson", "\n{\"status\":200,\"tags\":[\"lines\"]}\n");
    BOOST_TEST(replayed(folder, "method=GET") == 3u);
    BOOST_TEST(replayed(folder, "tag=smoke") == 2u);
    BOOST_TEST(replayed(folder, "tag=lines") == 1u);
    BOOST_TEST(replayed(folder, "!tag~.") == 1u);
    BOOST_TEST(replayed(folder, "status>=500") == 1u);
    BOOST_TEST(replayed(folder, "path~^/[ad]$ format=http") == 2u);

    JudgeOptions judge = plain();
    judge.filter.add("path=/none");
    for (const unsigned jobs : {1u, 3u}) {
        const Ran ran = replay_all({folder.path()}, judge, {.jobs = jobs});
        BOOST_TEST(ran.summary.events == 0u);
        BOOST_TEST(ran.summary.unselected == 4u);
        BOOST_TEST(ran.summary.exit_status() == 5);
        BOOST_TEST(ran.text.starts_with("0 events   0 passed   4 not selected"), ran.text);
    }
}

BOOST_AUTO_TEST_CASE(the_others_are_left_alone) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("b.ndjson", event("/b") + '\n');
    JudgeOptions judge = plain();
    judge.filter.add("path=/none");
    for (const Update update : {Update::none, Update::all}) {
        judge.update = update;
        replay_all({folder.path()}, judge);
    }
    for (const char* name :
         {"a.reply.json", "a.reply.json.new", "b.replies.ndjson", "b.replies.ndjson.new"})
        BOOST_TEST(folder.read(name).empty(), name);
}

// Whether the reply can be read matters where it is asked for, and nowhere else.
BOOST_AUTO_TEST_CASE(a_broken_reply_of_an_event_that_is_left_out_is_no_failure) {
    const auto break_golden = [](const Folder& folder, int how) {
        if (how == 0) folder.write("b.reply.json", "{broken");
        if (how == 1) folder.write("b.reply.json", R"({"statusCode":"soon"})");
        if (how == 2) std::filesystem::create_directory(folder / "b.reply.json");
        if (how == 3) BOOST_REQUIRE(::mkfifo((folder / "b.reply.json").c_str(), 0600) == 0);
    };
    for (int how = 0; how < 4; ++how) {
        BOOST_TEST_CONTEXT(how) {
            Folder folder;
            folder.write("a.json", event("/a"));
            folder.write("a.reply.json", golden("/a"));
            folder.write("b.json", event("/b", "POST"));
            break_golden(folder, how);
            const auto run = [&](std::string_view expression) {
                JudgeOptions judge = plain();
                judge.filter = filter(expression);
                return replay_all({folder.path()}, judge).summary;
            };
            BOOST_TEST(run("method=GET").exit_status() == 0);
            BOOST_TEST(run("!path~^/b").unselected == 1u);
            BOOST_TEST(run("method=GET status=200").exit_status() == 0);
            BOOST_TEST(run("method=POST").exit_status() == 3);
            BOOST_TEST(run("status=200").exit_status() == 3);  // it may be one
            JudgeOptions listing = plain();
            listing.handler = nullptr;
            BOOST_TEST(replay_all({folder.path()}, listing).summary.exit_status() == 0);
        }
    }
    Folder folder;
    folder.write("x.ndjson", event("/a") + '\n' + event("/b", "POST") + '\n');
    folder.write("x.replies.ndjson", golden("/a") + "\n{broken\n");
    JudgeOptions judge = plain();
    judge.filter = filter("method=GET");
    BOOST_TEST(replay_all({folder.path()}, judge).summary.exit_status() == 0);
    BOOST_TEST(replay_all({folder / "x.ndjson:1"}).summary.exit_status() == 0);
    BOOST_TEST(replay_all({folder / "x.ndjson:2"}).summary.exit_status() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

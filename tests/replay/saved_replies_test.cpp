// Where replies are saved, and as what.
#include "replay/saved_replies.h"

#include <filesystem>
#include <string>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "cli/exit_status.h"
#include "replay/replay_all.h"

using namespace turngate;
using namespace turngate::replay;
using namespace turngate::test;
namespace fs = std::filesystem;

namespace {

Summary save(const std::string& from, const std::string& to, unsigned jobs = 1) {
    JudgeOptions judge = plain();
    judge.keeps_replies = true;
    judge.may_propose = false;
    judge.handler = to_handler([](Request& request) {
        if (request.url.path == "/binary") return Response{200, {}, std::string(5000, '\xff')};
        return orders(request);
    });
    SavedReplies saved(to);
    const Interrupt interrupt;
    Source source({from}, {});
    return replay::run(source, judge, {.jobs = jobs}, {&saved}, interrupt);
}

struct Place {
    const char* name;
    std::uint64_t line;
    const char* path;
};

std::ostream& operator<<(std::ostream& out, const Place& place) {
    return out << place.name;
}

constexpr Place places[] = {
    {"orders/create.json", 0, "out/orders/create.json"},
    {"./a.json", 0, "out/a.json"},
    {"/abs//a.json", 0, "out/abs/a.json"},
    {"../../a.json", 0, "out/_/_/a.json"},
    {"a/../../../b.json", 0, "out/a/_/_/_/b.json"},
    {"_/__/_c.json", 0, "out/__/___/_c.json"},
    {"calls.ndjson:17", 17, "out/calls.ndjson"},
    {"a:b/calls.jsonl:1", 1, "out/a:b/calls.jsonl"},
    {"-:3", 3, "out/stdin.ndjson"},
    {"-", 1, "out/stdin.ndjson"},
    {"pipe:2", 2, "out/pipe.ndjson"},
    {"odd:name", 1, "out/odd:name.ndjson"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(saved_replies)

BOOST_DATA_TEST_CASE(each_reply_has_its_place_and_none_is_outside,
                     boost::unit_test::data::make(places), place) {
    Result result;
    result.name = place.name;
    result.line = place.line;
    BOOST_TEST(saved_path("out", result) == place.path);
}

BOOST_AUTO_TEST_CASE(what_is_saved_is_expected_by_the_same_events) {
    Folder events, out;
    events.write("a.json", event("/a"));
    events.write("deep/b.json", event("/b"));
    events.write("deep/c.json", event("/binary"));
    std::string lines;
    for (int i = 0; i < 30; ++i)
        lines += event("/" + std::to_string(i)) + '\n';
    events.write("x.ndjson", lines);

    save(events.path(), out.path(), 4);

    const std::string below = out.path() + events.path();
    BOOST_TEST(fs::exists(below + "/deep/c.reply.body"));
    fs::copy(below, events.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    BOOST_TEST(save(events.path(), out / "again").passed == 33u);
    BOOST_TEST(out.read(events.path().substr(1) + "/a.reply.json").find("today") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_told_with_its_path) {
    Folder events, out;
    events.write("a.json", event("/a"));
    const std::string taken = out.path() + events.path() + "/a.reply.json";
    fs::create_directories(taken + "/by-a-directory");

    BOOST_CHECK_EXCEPTION(
        save(events.path(), out.path()), cli::CommandError, [&](const cli::CommandError& e) {
            BOOST_TEST(std::string(e.what()).find(taken) != std::string::npos, e.what());
            return e.hint() == "give --save a directory that can be written";
        });
}

BOOST_AUTO_TEST_CASE(expected_replies_are_not_overwritten) {
    Folder events;
    events.write("a.json", event("/a"));
    events.write("a.reply.json", golden("/a"));

    for (const std::string& to : {std::string("/"), events / "..//../"})
        BOOST_CHECK_THROW(save(events.path(), to), cli::CommandError);

    BOOST_TEST(events.read("a.reply.json") == golden("/a"));
}

BOOST_AUTO_TEST_SUITE_END()

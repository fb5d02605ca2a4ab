// Files that are not as they should be, or do not stay as they are: each fails alone, and no
// expected reply is ever half-written.
#include <csignal>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "replay/golden_file.h"
#include "replay/line_goldens.h"
#include "replay/replay_all.h"

using namespace turngate;
using namespace turngate::test;
namespace fs = std::filesystem;

namespace {

// No file of this process grows past `size`, as on a full disk.
class FullDisk {
  public:
    explicit FullDisk(rlim_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{size, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

  private:
    void (*handler_)(int);
    rlimit before_{};
};

std::size_t files_in(const Folder& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path()))
        ++count;
    return count;
}

JudgeOptions with(Response (*handler)(Request&)) {
    JudgeOptions judge = plain();
    judge.handler = to_handler(handler);
    return judge;
}

Response long_reply(Request&) {
    return text(std::string(100'000, 'a'));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bad_input)

BOOST_AUTO_TEST_CASE(empty_files_are_told) {
    Folder folder;
    folder.write("a.json", "");
    folder.write("b.json", " \n\t ");
    folder.write("c.ndjson", "");
    folder.write("d.ndjson", "\n\n \n");
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.events == 2u, ran.text);
    BOOST_TEST(ran.summary.unreadable == 2u);
    BOOST_TEST(ran.text.find("empty, where an event was expected") != std::string::npos, ran.text);
}

BOOST_AUTO_TEST_CASE(a_file_that_vanishes_after_it_was_found_fails_alone) {
    static Folder* current = nullptr;
    Folder folder;
    current = &folder;
    for (const char* name : {"a", "b", "c"}) {
        folder.write(std::string(name) + ".json", event(std::string("/") + name));
        folder.write(std::string(name) + ".reply.json", golden(std::string("/") + name));
    }
    const Ran ran = replay_all({folder.path()}, with([](Request& request) {
                                   fs::remove(*current / "b.json");
                                   return orders(request);
                               }));
    BOOST_TEST(ran.summary.passed == 2u, ran.text);
    BOOST_TEST(ran.summary.unreadable == 1u);
    BOOST_TEST(ran.text.find("no such file or directory") != std::string::npos, ran.text);
    BOOST_TEST(ran.text.find("leave events alone") != std::string::npos, ran.text);
}

BOOST_AUTO_TEST_CASE(a_directory_that_vanishes_during_the_walk_is_no_end) {
    static Folder* current = nullptr;
    Folder folder;
    current = &folder;
    folder.write("a.json", event("/a"));
    folder.write("b/b.json", event("/b"));
    folder.write("c.json", event("/c"));
    JudgeOptions judge = with([](Request& request) {
        fs::remove_all(*current / "b");
        return orders(request);
    });
    judge.statuses = {{200, 200}};
    const Ran ran = replay_all({folder.path()}, judge);
    BOOST_TEST(ran.summary.passed == 2u, ran.text);
}

// Lines that are added while it runs are replayed or not; the run ends, and none is half a line.
BOOST_AUTO_TEST_CASE(a_file_that_grows_is_read_to_where_it_ends) {
    static std::string path;
    static int added = 0;
    Folder folder;
    path = folder.write("a.ndjson", event("/a") + '\n');
    added = 0;
    JudgeOptions judge = with([](Request& request) {
        if (++added <= 20) std::ofstream(path, std::ios::app) << event("/more") << '\n';
        return orders(request);
    });
    judge.statuses = {{200, 200}};
    const Ran ran = replay_all({path}, judge);
    BOOST_TEST(ran.summary.events == ran.summary.passed, ran.text);
    BOOST_TEST(ran.summary.passed >= 1u);
    BOOST_TEST(ran.summary.passed <= 21u);
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_is_read_to_where_it_ends) {
    static std::string path;
    Folder folder;
    std::string lines;
    for (int i = 0; i < 20'000; ++i)
        lines += event("/a") + '\n';
    path = folder.write("a.ndjson", lines);
    JudgeOptions judge = with([](Request& request) {
        fs::resize_file(path, 0);
        return orders(request);
    });
    judge.statuses = {{200, 200}};
    const Ran ran = replay_all({path}, judge);
    BOOST_TEST(ran.summary.passed >= 1u);
    BOOST_TEST(ran.summary.passed < 20'000u);
    // A line may have been cut in two; there is no other harm.
    BOOST_TEST(ran.summary.passed + ran.summary.unreadable == ran.summary.events, ran.text);
    BOOST_TEST(ran.summary.unreadable <= 1u);
}

BOOST_AUTO_TEST_CASE(an_expected_reply_that_vanishes_or_changes_is_as_it_was_when_it_was_read) {
    static Folder* current = nullptr;
    Folder folder;
    current = &folder;
    for (const char* name : {"a", "b"}) {
        folder.write(std::string(name) + ".json", event(std::string("/") + name));
        folder.write(std::string(name) + ".reply.json", golden(std::string("/") + name));
    }
    const Ran ran = replay_all({folder.path()}, with([](Request& request) {
                                   fs::remove(*current / "a.reply.json");
                                   current->write("b.reply.json", "{half");
                                   return orders(request);
                               }));
    BOOST_TEST(ran.summary.passed == 1u, ran.text);
    BOOST_TEST(ran.summary.unreadable == 1u, ran.text);
    BOOST_TEST(folder.read("b.reply.json") == "{half");
}

// As the files of /proc do: they say that they have nothing.
BOOST_AUTO_TEST_CASE(a_file_with_more_than_it_says_is_read_whole_or_refused) {
    std::string text;
    BOOST_TEST(read_file("/proc/self/status", text, 1u << 20));
    BOOST_TEST(text.size() > 100u);
    BOOST_TEST(text.ends_with('\n'));
    BOOST_CHECK_THROW(read_file("/proc/self/status", text, 100), FileTooLarge);
}

BOOST_AUTO_TEST_CASE(loops_of_links_end) {
    Folder folder;
    folder.write("sub/a.json", event("/a"));
    folder.write("sub/a.reply.json", golden("/a"));
    fs::create_directory_symlink("..", folder / "sub/up");
    fs::create_directory_symlink(folder.path(), folder / "sub/top");
    fs::create_symlink("self.json", folder / "self.json");
    fs::create_symlink("two.json", folder / "one.json");
    fs::create_symlink("one.json", folder / "two.json");
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.passed == 1u, ran.text);
    BOOST_TEST(ran.summary.unreadable == 3u, ran.text);
    BOOST_TEST(ran.text.find("a link to a directory that has been visited") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_may_not_be_read_fails_alone) {
    if (::geteuid() == 0) {
        BOOST_TEST_MESSAGE("the superuser may read everything");
        return;
    }
    Folder folder;
    fs::permissions(folder.write("a.json", event("/a")), fs::perms::none);
    folder.write("b.json", event("/b"));
    fs::permissions(folder.write("b.reply.json", golden("/b")), fs::perms::none);
    folder.write("c.json", event("/c"));
    folder.write("c.reply.json", golden("/c"));
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.unreadable == 2u, ran.text);
    BOOST_TEST(ran.summary.passed == 1u);
    BOOST_TEST(ran.text.find("permission denied") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_golden_that_is_none_is_named_and_the_handler_is_not_called) {
    static int calls = 0;
    for (const std::string& broken :
         {std::string(), std::string("  "), std::string("{"), std::string("[]"), std::string("12"),
          std::string("\"text\""), std::string("null"), std::string("\xff\xfe{}"), event("/a"),
          std::string("<html>"), std::string(R"({"status":200)"), std::string(R"({"statusCode":)"),
          std::string(R"({"statusCode":"soon"})"), std::string(R"({"status":200,"body":5})")}) {
        Folder folder;
        folder.write("a.json", event("/a"));
        folder.write("a.reply.json", broken);
        calls = 0;
        const Ran ran = replay_all({folder.path()}, with([](Request& request) {
                                       ++calls;
                                       return orders(request);
                                   }));
        BOOST_TEST(ran.summary.unreadable == 1u, broken << '\n' << ran.text);
        BOOST_TEST(ran.text.find("a.reply.json") != std::string::npos, ran.text);
        BOOST_TEST(ran.text.find("hint") != std::string::npos, ran.text);
        BOOST_TEST(calls == 0);
        BOOST_TEST(folder.read("a.reply.json") == broken);
    }
}

BOOST_AUTO_TEST_CASE(a_golden_of_any_platform_is_compared) {
    const std::string json = R"({\"path\":\"/a\",\"method\":\"GET\"})";
    for (
        const std::string& reply :
        {R"({"statusCode":200,"headers":{"content-type":"application/json"},"body":")" + json +
             "\"}",
         R"({"statusCode":200,"multiValueHeaders":{"content-type":["application/json"]},"body":")" +
             json + R"(","isBase64Encoded":false})",
         R"({"status":"200","headers":{"content-type":[{"key":"Content-Type","value":"application/json"}]},"body":")" +
             json + R"(","bodyEncoding":"text"})"}) {
        Folder folder;
        folder.write("a.json", event("/a"));
        folder.write("a.reply.json", reply);
        BOOST_TEST(replay_all({folder.path()}).summary.passed == 1u, reply);
    }
}

BOOST_AUTO_TEST_CASE(a_golden_for_another_event_fails_by_what_differs) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("a.reply.json", golden("/another", "PUT"));
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.failed == 1u);
    for (const char* said : {"/path", "- \"/another\"", "+ \"/a\"", "/method"})
        BOOST_TEST(ran.text.find(said) != std::string::npos, said << " in\n" << ran.text);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_expected_reply_as_it_was) {
    for (const bool is_new : {false, true}) {
        Folder folder;
        folder.write("a.json", event("/a"));
        if (!is_new) folder.write("a.reply.json", golden("/a"));
        const std::size_t files = files_in(folder);
        JudgeOptions judge = with(long_reply);
        judge.update = Update::all;
        Ran ran;
        {
            const FullDisk full(50'000);
            ran = replay_all({folder.path()}, judge);
        }
        BOOST_TEST(ran.summary.unreadable == 1u, ran.text);
        BOOST_TEST(ran.summary.exit_status() == 3);
        BOOST_TEST(folder.read("a.reply.json") == (is_new ? "" : golden("/a")));
        BOOST_TEST(files_in(folder) == files);
    }
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_lines_of_expected_replies_as_they_were) {
    Folder folder;
    folder.write("a.ndjson", event("/a") + '\n' + event("/b") + '\n');
    folder.write("a.replies.ndjson", golden("/a") + '\n');
    const std::string before = folder.read("a.replies.ndjson");
    JudgeOptions judge = with(long_reply);
    judge.update = Update::all;
    Ran ran;
    {
        const FullDisk full(50'000);
        ran = replay_all({folder.path()}, judge);
    }
    BOOST_TEST(ran.summary.exit_status() == 3, ran.text);
    BOOST_TEST(folder.read("a.replies.ndjson") == before);
    BOOST_TEST(files_in(folder) == 2u);
}

BOOST_AUTO_TEST_CASE(runs_that_write_at_once_leave_whole_replies) {
    Folder folder;
    std::string lines;
    for (int i = 0; i < 50; ++i) {
        const std::string name = "/e" + std::to_string(i);
        folder.write("e" + std::to_string(i) + ".json", event(name));
        lines += event(name) + '\n';
    }
    folder.write("lines.ndjson", lines);
    JudgeOptions judge = plain();
    judge.update = Update::all;
    {
        std::jthread other([&] { replay_all({folder.path()}, judge); });
        replay_all({folder.path()}, judge);
    }
    const Ran ran = replay_all({folder.path()});
    BOOST_TEST(ran.summary.passed == 100u, ran.text);
    BOOST_TEST(files_in(folder) == 50u * 2 + 2);
}

BOOST_AUTO_TEST_CASE(proposals_that_are_accepted_twice_at_once_are_accepted) {
    for (int round = 0; round < 20; ++round) {
        Folder folder;
        folder.write("a.ndjson", event("/a") + '\n' + event("/b") + '\n');
        folder.write("a.replies.ndjson", golden("/a") + '\n');
        const std::string proposal =
            folder.write("a.replies.ndjson.new", '\n' + golden("/b") + '\n');
        {
            const std::jthread other([&] { accept_lines(proposal); });
            accept_lines(proposal);
        }
        BOOST_TEST(folder.read("a.replies.ndjson") == golden("/a") + '\n' + golden("/b") + '\n');
        BOOST_TEST(files_in(folder) == 2u);
    }
}

BOOST_AUTO_TEST_SUITE_END()

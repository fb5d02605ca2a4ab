// How a run ends, and what it ends without.
#include "replay/runner.h"

#include <filesystem>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <string>

#include <boost/test/unit_test.hpp>

#include "cli/exit_status.h"
#include "replay/replay_all.h"

using namespace turngate;
using namespace turngate::replay;
using namespace turngate::test;
namespace fs = std::filesystem;

namespace {

// No thread can be started while it lives: none gets so large a stack.
class NoThreads {
  public:
    NoThreads() {
        ::pthread_getattr_default_np(&old_);
        pthread_attr_t huge;
        ::pthread_attr_init(&huge);
        ::pthread_attr_setstacksize(&huge, std::size_t{1} << 47);
        BOOST_TEST(::pthread_setattr_default_np(&huge) == 0);
        ::pthread_attr_destroy(&huge);
    }
    ~NoThreads() {
        ::pthread_setattr_default_np(&old_);
        ::pthread_attr_destroy(&old_);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

  private:
    pthread_attr_t old_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(runner)

BOOST_AUTO_TEST_CASE(nothing_is_written_behind_the_failure_that_ends_a_run) {
    for (unsigned jobs : {1u, 4u}) {
        Folder folder;
        for (int i = 100; i < 400; ++i)
            folder.write(std::to_string(i) + ".json", event(i == 250 ? "/throw" : "/a"));
        std::atomic<int> calls{0};
        JudgeOptions judge = plain();
        judge.handler = to_handler([&](Request& request) { return ++calls, orders(request); });

        const Ran outcome = replay_all({folder.path()}, judge, {.jobs = jobs, .fail_fast = 1});

        BOOST_TEST(outcome.summary.fresh == 150u, outcome.text);
        BOOST_TEST((jobs > 1 || calls == 151));
        BOOST_TEST(std::distance(fs::directory_iterator(folder.path()), {}) == 300 + 150);
        BOOST_TEST(folder.has("249.reply.json.new"));
    }
}

BOOST_AUTO_TEST_CASE(a_proposal_that_cannot_be_written_is_a_failure_that_ends_a_run) {
    Folder folder;
    folder.write("a.json", event("/a"));
    folder.write("b.json", event("/b"));
    fs::create_directory(folder / "a.reply.json.new");

    const Ran outcome = replay_all({folder.path()}, plain(), {.fail_fast = 1});

    BOOST_TEST(outcome.summary.unreadable == 1u, outcome.text);
    BOOST_TEST(!folder.has("b.reply.json.new"));
}

BOOST_AUTO_TEST_CASE(fewer_threads_than_jobs_lose_nothing) {
    Folder folder;
    std::string lines;
    for (int i = 0; i < 300; ++i)
        lines += event("/") + '\n';
    folder.write("many.ndjson", lines);
    std::optional<NoThreads> none;
    std::once_flag first;
    JudgeOptions judge = plain();
    judge.update = Update::all;
    judge.handler = to_handler([&](Request& request) {
        std::call_once(first, [&] { none.emplace(); });  // while the others are being started
        return orders(request);
    });

    BOOST_TEST(replay_all({folder.path()}, judge, {.jobs = 1000}).summary.updated == 300u);
    none.reset();
    BOOST_TEST(replay_all({folder.path()}).summary.passed == 300u);
}

BOOST_AUTO_TEST_CASE(a_replay_without_a_thread_says_what_it_lacks) {
    Folder folder;
    const NoThreads none;
    BOOST_CHECK_EXCEPTION(replay_all({folder.path()}), cli::CommandError, [](const auto& e) {
        return std::string_view(e.what()).starts_with(
                   "cannot start a thread, and a replay needs") &&
               !e.hint().empty();
    });
}

BOOST_AUTO_TEST_SUITE_END()

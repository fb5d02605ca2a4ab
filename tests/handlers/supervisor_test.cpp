#include <csignal>
#include <future>
#include <stop_token>
#include <string>
#include <support/process.h>
#include <support/recording_reporter.h>
#include <support/temporary_directory.h>
#include <support/thrown_by.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "spawned_program.h"
#include <turngate/http/serve.h>
#include <turngate/os/fd.h>

using namespace turngate;
using namespace std::chrono_literals;
using test::has;
using test::is_dead;
using test::ProgramLog;
using test::spawn_command;
using test::spawn_program;
using test::thrown_by;
using test::wait_until_dead;

namespace {

pid_t pid_of(const HandlerPtr& handler) {
    return std::atoi(record(*handler, Request::get("/pid")).body.c_str());
}

// Serves once, and fails for ever after.
SpawnOptions once(const test::TemporaryDirectory& here, ProgramLog& log) {
    const std::string mark = here / "mark";
    return spawn_command(
        "test -e " + mark + " && exit 5; exec '" TURNGATE_HTTP_PROGRAM "' mark " + mark, &log);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(supervisor)

BOOST_AUTO_TEST_CASE(a_program_that_crashed_is_started_again) {
    ProgramLog log;
    const HandlerPtr handler = spawned_upstream(spawn_program("", &log));
    const pid_t first = pid_of(handler);
    BOOST_TEST(record(*handler, Request::get("/crash")).status == 502);
    BOOST_TEST(has(log.wait_for("started again"), "was killed by SIGSEGV (Segmentation fault); "));
    const pid_t second = pid_of(handler);  // which waits
    BOOST_TEST(second > 0);
    BOOST_TEST(second != first);
    record(*handler, Request::get("/exit"));
    BOOST_TEST(has(log.wait_for("started again", 2), "exited with status 3; "));
}

BOOST_AUTO_TEST_CASE(who_wants_to_know_hears_whether_it_can_be_asked) {
    ProgramLog heard;
    SpawnOptions options = spawn_program();
    options.changed = [&](const std::string& obstacle) {
        heard.add(obstacle.empty() ? "ready" : obstacle);
    };
    const HandlerPtr handler = spawned_upstream(options);
    BOOST_TEST(heard.wait_for("") == "ready");
    BOOST_TEST(record(*handler, Request::get("/exit")).status == 502);
    BOOST_TEST(has(heard.wait_for("", 2), "exited with status 3"));
    heard.wait_for("ready", 2);
}

BOOST_AUTO_TEST_CASE(a_program_that_never_starts_tells_nobody_but_who_has_opened_it) {
    SpawnOptions options = spawn_command("exit 3");
    bool was_told = false;
    options.changed = [&](const std::string&) { was_told = true; };
    BOOST_TEST(has(test::error_of(options), "exited with status 3"));
    BOOST_TEST(!was_told);
}

BOOST_AUTO_TEST_CASE(restarts_take_longer_each_time_up_to_a_limit) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    SpawnOptions options = once(here, log);
    options.longest_delay = 4ms;
    const HandlerPtr handler = spawned_upstream(options);
    record(*handler, Request::get("/exit"));
    for (const auto& [n, delay] : {std::pair{1u, "1 ms"}, {2u, "2 ms"}, {3u, "4 ms"}, {4u, "4 ms"}})
        BOOST_TEST(log.wait_for("started again", n).ends_with("again in " + std::string(delay)));
    std::filesystem::remove(here / "mark");
    BOOST_TEST(pid_of(handler) > 0);
}

BOOST_AUTO_TEST_CASE(a_program_that_was_up_for_long_starts_again_soon) {
    ProgramLog log;
    SpawnOptions options = spawn_program("", &log);
    options.steady_after = 0ms;
    const HandlerPtr handler = spawned_upstream(options);
    for (std::size_t n = 1; n <= 3; ++n) {
        record(*handler, Request::get("/exit"));
        BOOST_TEST(log.wait_for("started again", n).ends_with("again in 1 ms"));
    }
}

BOOST_AUTO_TEST_CASE(requests_wait_for_a_program_that_is_down_only_so_long) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    SpawnOptions options = once(here, log);
    options.first_delay = options.longest_delay = 1h;
    options.max_waiting = 1;
    options.start_timeout = 1h;
    const HandlerPtr handler = spawned_upstream(options);
    record(*handler, Request::get("/exit"));
    log.wait_for("started again");

    Request late = Request::get("/");
    late.context.deadline = Context::Clock::now() + 20ms;
    const std::string error = thrown_by(handler, std::move(late));
    BOOST_TEST(error.starts_with("504 the program "), error);
    BOOST_TEST(has(error, "is not ready: the program "), error);
    BOOST_TEST(error.ends_with("exited with status 3"), error);

    std::stop_source stop;
    stop.request_stop();
    Request gone = Request::get("/");
    gone.context.stop = stop.get_token();
    BOOST_TEST(thrown_by(handler, std::move(gone)).starts_with("cancelled "));
}

BOOST_AUTO_TEST_CASE(requests_without_a_deadline_wait_for_the_start_timeout) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    SpawnOptions options = once(here, log);
    options.first_delay = options.longest_delay = 1h;
    const HandlerPtr waits = spawned_upstream(options);
    record(*waits, Request::get("/exit"));
    log.wait_for("started again");
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] {
        Request request = Request::get("/");
        request.context.stop = stop.get_token();
        return thrown_by(waits, std::move(request));
    });
    stop.request_stop();
    BOOST_TEST(waiting.get().starts_with("cancelled "));
}

BOOST_AUTO_TEST_CASE(too_many_requests_that_wait_are_refused) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    SpawnOptions options = once(here, log);
    options.first_delay = options.longest_delay = 1h;
    options.max_waiting = 0;
    const HandlerPtr handler = spawned_upstream(options);
    record(*handler, Request::get("/exit"));
    log.wait_for("started again");
    BOOST_TEST(thrown_by(handler, Request::get("/")).starts_with("503 the program "));
}

BOOST_AUTO_TEST_CASE(the_whole_group_ends_with_the_handler) {
    HandlerPtr handler = spawned_upstream(spawn_command("'" TURNGATE_HTTP_PROGRAM "' & wait"));
    const pid_t grandchild = pid_of(handler);
    BOOST_TEST_REQUIRE(!is_dead(grandchild));
    handler.reset();
    wait_until_dead(grandchild);
    BOOST_TEST(is_dead(grandchild));
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);  // no zombie either
}

BOOST_AUTO_TEST_CASE(what_ignores_sigterm_is_killed) {
    SpawnOptions options = spawn_program("stubborn");
    options.stop_timeout = 10ms;
    HandlerPtr handler = spawned_upstream(options);
    const pid_t pid = pid_of(handler);
    handler.reset();
    BOOST_TEST(is_dead(pid));
}

BOOST_AUTO_TEST_CASE(grandchildren_may_end_in_their_own_time) {
    const test::TemporaryDirectory here;
    HandlerPtr handler = spawned_upstream(
        spawn_command("( trap 'kill $server 2>&-; echo ended >" + here / "file" +
                      "; exit' TERM; '" TURNGATE_HTTP_PROGRAM "' & server=$!; wait ) & wait"));
    handler.reset();
    BOOST_TEST(here.read("file") == "ended\n");
}

BOOST_AUTO_TEST_CASE(a_program_is_replaced_by_opening_another_first) {
    HandlerPtr handler = spawned_upstream(spawn_program());
    const pid_t first = pid_of(handler);
    HandlerPtr next = spawned_upstream(spawn_program());
    BOOST_TEST(!is_dead(first));
    handler = std::move(next);
    BOOST_TEST(is_dead(first));
    BOOST_TEST(pid_of(handler) != first);
}

BOOST_AUTO_TEST_CASE(nothing_outlives_us_when_we_are_killed) {
    os::Pipe report = os::make_pipe();
    const pid_t starter = ::fork();
    if (starter == 0) {
        const HandlerPtr handler =
            spawned_upstream(spawn_command("'" TURNGATE_HTTP_PROGRAM "' & wait"));
        os::write_whole(report.write.get(), std::to_string(pid_of(handler)));
        ::raise(SIGKILL);
    }
    report.write.reset();
    std::string pid(32, '\0');
    pid.resize(os::read_whole(report.read.get(), pid));
    ::waitpid(starter, nullptr, 0);
    BOOST_TEST_REQUIRE(std::atoi(pid.c_str()) > 0);
    wait_until_dead(std::atoi(pid.c_str()));
    BOOST_TEST(is_dead(std::atoi(pid.c_str())));
}

BOOST_AUTO_TEST_SUITE_END()

#include <array>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>
#include <support/process.h>
#include <support/temporary_directory.h>
#include <support/thrown_by.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "pool_children.h"

using namespace turngate;
using namespace std::chrono_literals;
using test::ask;
using test::has;
using test::is_dead;
using test::pid_of;
using test::pool;
using test::pool_of;
using test::ProgramLog;
using test::thrown_by;
using test::wait_until_dead;

namespace {

// A hang here is the failure.
pid_t pid_other_than(const HandlerPtr& handler, pid_t pid) {
    for (;;)
        if (const pid_t now = pid_of(handler); now > 0 && now != pid) return now;
}

// A request that its child answers when the object is told to let go of it.
class Held {
  public:
    explicit Held(const HandlerPtr& handler, Request request = Request::get("/")) {
        ::mkfifo(path_.c_str(), 0600);
        request.url.path = "/read%20" + path_;
        reply_ = std::async(std::launch::async, [handler, r = std::move(request)]() mutable {
            return record(*handler, std::move(r));
        });
        writer_ = os::Fd(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));  // once the child reads
    }
    Response let_go() {
        writer_.reset();
        return reply_.get();
    }
    pid_t pid() { return std::atoi(let_go().body.c_str()); }

  private:
    const test::TemporaryDirectory here_;
    const std::string path_ = here_ / "fifo";
    os::Fd writer_;
    std::future<Response> reply_;
};

// Has the requests counted that are given to children.
class Given {
  public:
    explicit Given(FcgiSpawnOptions& options) {
        options.open = [this](const std::string& address) {
            return to_handler([this, client = test::PlainClient(address)](
                                  Request& request, ResponseWriter& response) {
                ++count_;
                client.serve(request, response);
            });
        };
    }
    void wait_for(int count) const {
        while (count_ < count)
            std::this_thread::yield();
    }

  private:
    std::atomic<int> count_ = 0;
};

Request late(const std::string& path, std::chrono::milliseconds left) {
    Request request = Request::get(path);
    request.context.deadline = Context::Clock::now() + left;
    return request;
}

std::size_t count_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(process_pool)

BOOST_AUTO_TEST_CASE(one_child_is_enough_for_one_request_after_the_other) {
    FcgiSpawnOptions options = pool();
    options.max_children = 4;
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t first = pid_of(handler);
    BOOST_TEST(first > 0);
    for (int n = 0; n < 20; ++n)
        BOOST_TEST(pid_of(handler) == first);
}

BOOST_AUTO_TEST_CASE(a_request_that_finds_no_child_free_starts_another) {
    FcgiSpawnOptions options = pool();
    options.max_children = 2;
    const HandlerPtr handler = spawned_fcgi(options);
    Held held(handler);
    const pid_t second = pid_of(handler);
    BOOST_TEST(second > 0);
    const std::string error = thrown_by(handler, late("/hang", 20ms));  // the second is stuck now
    BOOST_TEST(error.starts_with("504 "), error);
    const pid_t first = held.pid();
    BOOST_TEST(first > 0);
    BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE(there_are_no_more_than_the_most) {
    const HandlerPtr handler = spawned_fcgi(pool());
    Held held(handler);
    const std::string error = thrown_by(handler, late("/pid", 20ms));
    BOOST_TEST(error.starts_with("504 all 1 children of the program "), error);
    BOOST_TEST(error.ends_with(" are busy"), error);
    std::stop_source stop;
    stop.request_stop();
    Request gone = Request::get("/pid");
    gone.context.stop = stop.get_token();
    BOOST_TEST(thrown_by(handler, std::move(gone)).starts_with("cancelled "));
    const pid_t first = held.pid();
    BOOST_TEST(pid_of(handler) == first);
}

BOOST_AUTO_TEST_CASE(too_many_requests_that_wait_are_refused) {
    FcgiSpawnOptions options = pool();
    options.max_waiting = 0;
    const HandlerPtr handler = spawned_fcgi(options);
    Held held(handler);
    BOOST_TEST(thrown_by(handler, Request::get("/pid")).starts_with("503 0 requests wait already"));
    held.let_go();
}

BOOST_AUTO_TEST_CASE(a_child_gets_as_many_requests_as_it_is_said_to_bear) {
    FcgiSpawnOptions options = pool();
    options.load = 2;
    const Given given(options);
    const HandlerPtr handler = spawned_fcgi(options);
    Held held(handler);
    auto other = std::async(std::launch::async, [&] { return pid_of(handler); });
    given.wait_for(2);
    BOOST_TEST(has(thrown_by(handler, late("/pid", 20ms)), "are busy"));
    const pid_t first = held.pid();
    BOOST_TEST(other.get() == first);
}

BOOST_AUTO_TEST_CASE(those_too_many_end_when_they_are_idle) {
    FcgiSpawnOptions options = pool();
    options.max_children = 2;
    options.idle_timeout = 1ms;
    const HandlerPtr handler = spawned_fcgi(options);
    Held held(handler);
    const pid_t second = pid_of(handler);
    const pid_t first = held.pid();
    while (!is_dead(first) && !is_dead(second))
        std::this_thread::yield();
    const pid_t left = is_dead(first) ? second : first;
    for (int n = 0; n < 20; ++n)
        BOOST_TEST(pid_of(handler) == left);
}

BOOST_AUTO_TEST_CASE(without_a_least_number_the_first_request_starts_the_first_child) {
    ProgramLog heard;
    FcgiSpawnOptions options = pool("", &heard);
    options.min_children = 0;
    options.idle_timeout = 1ms;
    options.changed = [&](const std::string& obstacle) { heard.add("now " + obstacle); };
    const HandlerPtr handler = spawned_fcgi(options);
    BOOST_TEST(heard.wait_for("") == "now ");
    const pid_t first = pid_of(handler);
    BOOST_TEST(first > 0);
    wait_until_dead(first);
    BOOST_TEST(pid_of(handler) > 0);
}

BOOST_AUTO_TEST_CASE(a_child_is_replaced_after_so_many_requests_more_or_less) {
    FcgiSpawnOptions options = pool();
    options.max_requests = 20;
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t first = pid_of(handler);
    int count = 1;
    while (pid_of(handler) == first)
        ++count;
    BOOST_TEST(count >= 18);
    BOOST_TEST(count <= 22);
    wait_until_dead(first);
}

BOOST_AUTO_TEST_CASE(a_child_is_replaced_after_some_time) {
    FcgiSpawnOptions options = pool();
    options.max_age = 1ms;
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t first = pid_of(handler);
    wait_until_dead(first);
    BOOST_TEST(pid_other_than(handler, first) > 0);
}

BOOST_AUTO_TEST_CASE(children_print_where_we_do_if_they_are_told_so) {
    const test::TemporaryDirectory here;
    FcgiSpawnOptions options =
        pool_of("streams=$(readlink /proc/$$/fd/1 /proc/$$/fd/2); echo \"$streams\" > '" +
                here / "streams" + "'; exec '" TURNGATE_POOL_CHILD "'");
    options.inherits_output = true;
    const HandlerPtr handler = spawned_fcgi(options);
    const auto ours = [](const char* fd) {
        return std::filesystem::read_symlink(std::string("/proc/self/fd/") + fd).string() + '\n';
    };
    BOOST_TEST(here.read("streams") == ours("1") + ours("2"));
}

BOOST_AUTO_TEST_CASE(a_child_that_has_answered_before_it_dies_is_started_again_at_once) {
    ProgramLog log;
    FcgiSpawnOptions options = pool("", &log);
    options.first_delay = options.longest_delay = 1h;
    const HandlerPtr handler = spawned_fcgi(options);
    for (std::size_t n = 1; n <= 4; ++n) {
        const pid_t pid = pid_of(handler);
        BOOST_TEST_REQUIRE(pid > 0);
        ::kill(pid, SIGKILL);
        BOOST_TEST(log.wait_for("was killed by", n).starts_with("child " + std::to_string(pid)));
    }
}

BOOST_AUTO_TEST_CASE(requests_that_children_die_of_do_not_end_in_ever_longer_delays) {
    const HandlerPtr handler = spawned_fcgi(pool());
    for (int n = 0; n < 10; ++n)
        BOOST_TEST(ask(handler, "raise 9").status == 502);
    BOOST_TEST(pid_of(handler) > 0);
}

BOOST_AUTO_TEST_CASE(one_that_ends_by_itself_after_some_answers_is_no_failure) {
    ProgramLog log;
    FcgiSpawnOptions options = pool("answers 2", &log);
    options.first_delay = options.longest_delay = 1h;
    const HandlerPtr handler = spawned_fcgi(options);
    std::set<pid_t> pids;
    for (int n = 0; n < 8; ++n)
        pids.insert(pid_of(handler));
    BOOST_TEST(pids.size() == 4u);
    BOOST_TEST(pids.count(0) == 0u);
    log.wait_for("exited with status 0", 3);
}

BOOST_AUTO_TEST_CASE(starts_in_vain_take_longer_each_time_up_to_a_limit) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    FcgiSpawnOptions options = pool("fails " + here / "mark", &log);
    options.longest_delay = 4ms;
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t pid = pid_of(handler);
    here.write("mark", "");
    ::kill(pid, SIGKILL);
    for (const auto& [n, delay] :
         {std::pair{1u, "0 ms"}, {2u, "1 ms"}, {3u, "2 ms"}, {4u, "4 ms"}, {5u, "4 ms"}})
        BOOST_TEST(log.wait_for("exited with status 5", n).ends_with("in " + std::string(delay)));
    std::filesystem::remove(here / "mark");
    BOOST_TEST(pid_other_than(handler, pid) > 0);
}

BOOST_AUTO_TEST_CASE(an_answer_ends_a_row_of_starts_in_vain) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    FcgiSpawnOptions options = pool("fails " + here / "mark", &log);
    options.longest_delay = 1ms;
    const HandlerPtr handler = spawned_fcgi(options);
    for (std::size_t round = 1; round <= 3; ++round) {
        const pid_t pid = pid_of(handler);
        here.write("mark", "");
        ::kill(pid, SIGKILL);
        log.wait_for("in 0 ms", round);
        std::filesystem::remove(here / "mark");
        BOOST_TEST(pid_other_than(handler, pid) > 0);
    }
}

BOOST_AUTO_TEST_CASE(requests_hear_at_once_that_no_child_can_be_started) {
    const test::TemporaryDirectory here;
    ProgramLog log;
    FcgiSpawnOptions options = pool("fails " + here / "mark", &log);
    options.first_delay = options.longest_delay = options.start_timeout = 1h;
    options.start_failures = 2;
    options.changed = [&](const std::string& obstacle) { log.add("now " + obstacle); };
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t pid = pid_of(handler);
    here.write("mark", "");
    ::kill(pid, SIGKILL);
    BOOST_TEST(has(log.wait_for("now the program"), "exited with status 5"));
    log.wait_for("the next start is in 3600000 ms");
    const std::string error = thrown_by(handler, Request::get("/pid"));
    BOOST_TEST(error.starts_with("503 the program "), error);
    BOOST_TEST(has(error, "is not ready: the program "), error);
    BOOST_TEST(has(error, "exited with status 5 before it took a connection"), error);
}

BOOST_AUTO_TEST_CASE(a_child_that_is_late_is_ended_with_all_its_own_and_replaced) {
    ProgramLog log;
    FcgiSpawnOptions options = pool("stubborn", &log);
    options.stop_timeout = 10ms;
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t first = pid_of(handler);
    const pid_t grandchild = std::atoi(ask(handler, "child").body.c_str());
    BOOST_TEST_REQUIRE(!is_dead(grandchild));
    const std::string error = thrown_by(handler, late("/hang", 20ms));
    BOOST_TEST(error.starts_with("504 "), error);
    BOOST_TEST(pid_of(handler) != first);
    wait_until_dead(first);
    wait_until_dead(grandchild);
    BOOST_TEST(has(log.wait_for("stuck"), "child " + std::to_string(first)));
}

BOOST_AUTO_TEST_CASE(a_child_whose_client_has_left_is_kept_if_it_comes_back) {
    const HandlerPtr handler = spawned_fcgi(pool());
    const pid_t first = pid_of(handler);
    std::stop_source stop;
    Request request = Request::get("/");
    request.context.stop = stop.get_token();
    Held held(handler, std::move(request));
    stop.request_stop();
    auto next = std::async(std::launch::async, [&] { return pid_of(handler); });
    held.let_go();
    BOOST_TEST(next.get() == first);
}

BOOST_AUTO_TEST_CASE(and_replaced_if_it_does_not) {
    FcgiSpawnOptions options = pool();
    options.abandon_timeout = 10ms;
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t first = pid_of(handler);
    std::stop_source stop;
    Request request = Request::get("/");
    request.context.stop = stop.get_token();
    Held held(handler, std::move(request));
    stop.request_stop();
    BOOST_TEST(pid_other_than(handler, first) > 0);
    wait_until_dead(first);
}

BOOST_AUTO_TEST_CASE(what_waits_at_a_child_that_dies_is_answered_by_the_next) {
    FcgiSpawnOptions options = pool();
    options.load = 2;
    const Given given(options);
    const HandlerPtr handler = spawned_fcgi(options);
    const pid_t first = pid_of(handler);
    Held held(handler, Request::post("/", ""));
    auto behind =
        std::async(std::launch::async, [&] { return record(*handler, Request::post("/pid", "")); });
    given.wait_for(3);
    ::kill(first, SIGKILL);
    BOOST_TEST(held.let_go().status == 502);
    const Response answer = behind.get();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(std::atoi(answer.body.c_str()) != first);
}

BOOST_AUTO_TEST_CASE(children_are_asked_to_end_by_the_signal_of_choice) {
    const test::TemporaryDirectory here;
    FcgiSpawnOptions options = pool("usr1 " + here / "mark");
    options.stop_signal = SIGUSR1;
    HandlerPtr handler = spawned_fcgi(options);
    const pid_t pid = pid_of(handler);
    handler.reset();
    BOOST_TEST(is_dead(pid));
    BOOST_TEST(here.has("mark"));
}

BOOST_AUTO_TEST_CASE(nothing_is_left_of_a_pool) {
    const HandlerPtr warm = spawned_fcgi(pool());
    const std::size_t before = count_descriptors();
    FcgiSpawnOptions options = pool("stubborn");
    options.min_children = options.max_children = 3;
    options.stop_timeout = 10ms;
    HandlerPtr handler = spawned_fcgi(options);
    const pid_t child = pid_of(handler);
    const pid_t grandchild = std::atoi(ask(handler, "child").body.c_str());
    handler.reset();
    BOOST_TEST(is_dead(child));
    wait_until_dead(grandchild);
    BOOST_TEST(count_descriptors() == before);
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == 0);  // `warm` alone, and no zombie
}

BOOST_AUTO_TEST_CASE(nothing_outlives_us_when_we_are_killed) {
    os::Pipe report = os::make_pipe();
    const pid_t starter = ::fork();
    if (starter == 0) {
        FcgiSpawnOptions options = pool_of("exec 3<&0; '" TURNGATE_POOL_CHILD "' <&3 & wait");
        std::string place;
        options.open = [&](const std::string& address) -> HandlerPtr {
            place = address;
            return std::make_shared<const test::PlainClient>(address);
        };
        const HandlerPtr handler = spawned_fcgi(options);
        os::write_whole(report.write.get(),
                        std::to_string(pid_of(handler)) + ' ' + place.substr(5) + ' ');
        ::raise(SIGKILL);
    }
    report.write.reset();
    std::string text(200, '\0');
    text.resize(os::read_whole(report.read.get(), text));
    ::waitpid(starter, nullptr, 0);
    std::istringstream words(text);
    pid_t pid = 0;
    std::string socket;
    BOOST_TEST_REQUIRE(!!(words >> pid >> socket));
    wait_until_dead(pid);
    while (std::filesystem::exists(std::filesystem::path(socket).parent_path()))
        std::this_thread::yield();
}

// Each after every request that was under way when the one before was killed has been answered, for
// a request is repeated once.
BOOST_AUTO_TEST_CASE(children_that_are_killed_under_load_are_not_noticed) {
    FcgiSpawnOptions options = pool();
    options.min_children = options.max_children = 3;
    const HandlerPtr handler = spawned_fcgi(options);
    struct Client {
        std::atomic<int> answers = 0;
        std::atomic<pid_t> last = 0;
        std::jthread thread;
    };
    std::array<Client, 4> clients;
    std::atomic<int> bad = 0;
    for (Client& client : clients)
        client.thread = std::jthread([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                client.last = pid_of(handler);
                if (client.last == 0) ++bad;
                ++client.answers;
            }
        });
    const auto let_answer = [](const Client& client) {
        const int enough = client.answers + 2;
        while (client.answers < enough)
            std::this_thread::yield();
    };
    for (int n = 0; n < 50; ++n) {
        for (const Client& client : clients)
            let_answer(client);
        ::kill(clients[static_cast<std::size_t>(n) % clients.size()].last, SIGKILL);
    }
    for (Client& client : clients)
        client.thread = {};
    BOOST_TEST(bad == 0);
    BOOST_TEST(pid_of(handler) > 0);
}

BOOST_AUTO_TEST_SUITE_END()

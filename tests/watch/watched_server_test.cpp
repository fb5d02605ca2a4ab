// Servers that follow one another.
#include "watch/watched_server.h"

#include <condition_variable>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::watch;
using std::chrono::milliseconds;
using test::TemporaryDirectory;

namespace {

// Runs servers whose fate a file says (see support/child.cpp), in a thread.
class Run {
  public:
    explicit Run(const std::string& fate, WatchedServerOptions options = {}) {
        sigset_t set;
        ::sigemptyset(&set);
        for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD})
            ::sigaddset(&set, signal);
        ::pthread_sigmask(SIG_BLOCK, &set, &before_);
        const std::string file = dir_.write("fate", fate);
        if (::mkfifo((file + ".fifo").c_str(), 0600) != 0) throw std::runtime_error("no fifo");
        options.patterns = {file};
        options.program = TURNGATE_TEST_CHILD;
        options.arguments = {"child", "serve", file};
        options.quiet = milliseconds(1);
        options.tell = [this](Level, std::string_view what) {
            const std::lock_guard lock(mutex_);
            said_ += std::string(what) + '\n';
            changed_.notify_all();
        };
        thread_ = std::thread([this, o = std::move(options)]() mutable {
            const int status = run_watched_server(std::move(o));
            const std::lock_guard lock(mutex_);
            status_ = status;
            changed_.notify_all();
        });
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() {
        if (thread_.joinable()) stop();
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

    void become(const std::string& fate) const {
        std::filesystem::rename(dir_.write("next", fate), dir_ / "fate");
    }

    // Waits until a server runs that is mute.
    void wait_for_mute() const {
        const os::Fd fifo(::open((dir_ / "fate.fifo").c_str(), O_RDONLY));
    }

    // Waits until it has said so; true, else the test hangs and CTest ends it.
    bool says(std::string_view what) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return said_.find(what) != std::string::npos || status_ >= 0; });
        const bool found = said_.find(what) != std::string::npos;
        said_.clear();
        return found;
    }

    // Its status when it ends by itself.
    int status() {
        thread_.join();
        return status_;
    }
    int stop(int signal = SIGTERM) {
        ::kill(::getpid(), signal);
        return status();
    }

  private:
    TemporaryDirectory dir_;
    sigset_t before_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string said_;
    int status_ = -1;
    std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(watched_server)

BOOST_AUTO_TEST_CASE(a_change_starts_a_new_server_and_stops_the_old_one) {
    Run run("fine");
    BOOST_TEST(run.says("started in "));
    for (int i = 0; i < 3; ++i) {
        run.become("fine");
        BOOST_TEST(run.says("fate changed: restarted in "));
    }
    BOOST_TEST(run.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_first_server_that_does_not_start_ends_it) {
    Run run("broken");
    BOOST_TEST(run.status() == 7);
}

BOOST_AUTO_TEST_CASE(a_first_server_that_says_nothing_ends_it) {
    WatchedServerOptions options;
    options.patience = milliseconds(50);
    Run run("mute", std::move(options));
    BOOST_TEST(run.status() != 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_start_leaves_the_old_one) {
    Run run("fine");
    BOOST_TEST(run.says("started in "));
    run.become("broken");
    BOOST_TEST(run.says("the new server exited with status 7: the old one goes on"));
    run.become("fine");
    BOOST_TEST(run.says("restarted in "));
    BOOST_TEST(run.stop(SIGINT) == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_gets_ready_is_given_up) {
    WatchedServerOptions options;
    options.patience = milliseconds(2000);
    Run run("fine", std::move(options));
    BOOST_TEST(run.says("started in "));
    run.become("mute");
    BOOST_TEST(run.says("the new server is not ready after 2000 ms"));
    BOOST_TEST(run.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_change_meanwhile_replaces_a_server_that_is_still_starting) {
    Run run("fine");
    BOOST_TEST(run.says("started in "));
    run.become("mute");
    run.wait_for_mute();
    run.become("fine");
    BOOST_TEST(run.says("restarted in "));
    BOOST_TEST(run.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_stop_is_killed_in_the_end) {
    WatchedServerOptions options;
    options.grace = milliseconds(50);
    Run run("stubborn", std::move(options));
    BOOST_TEST(run.says("started in "));
    BOOST_TEST(run.stop() == 128 + SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_hangup_starts_a_new_server) {
    Run run("fine");
    BOOST_TEST(run.says("started in "));
    ::kill(::getpid(), SIGHUP);
    BOOST_TEST(run.says("restarted in "));
    BOOST_TEST(run.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_hangup_of_the_terminal_ends_it) {
    WatchedServerOptions options;
    options.hangup_ends = true;
    Run run("fine", std::move(options));
    BOOST_TEST(run.says("started in "));
    BOOST_TEST(run.stop(SIGHUP) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <support/process.h>
#include <support/temporary_directory.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <turngate/os/subprocess.h>

using namespace turngate::os;
using std::chrono::milliseconds;
using turngate::test::is_dead;
using turngate::test::wait_until_dead;

namespace {

Subprocess child(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    return Subprocess({TURNGATE_TEST_CHILD, std::move(arguments), std::move(environment)});
}

std::string read_all(int fd) {
    std::string all(1 << 20, '\0');
    all.resize(read_whole(fd, all));
    return all;
}

int error_of_start(const Command& command) {
    try {
        Subprocess p(command);
    } catch (const std::system_error& e) {
        return e.code().value();
    }
    return 0;
}

// What `act` writes to standard output as the only thread of a process, which has no spawner yet.
template <typename Act>
std::string output_of_a_fresh_process(Act act) {
    Pipe report = make_pipe();
    const pid_t fresh = ::fork();
    if (fresh == 0) {
        try {
            write_whole(report.write.get(), act());
        } catch (const std::exception& e) {
            write_whole(report.write.get(), e.what());
        }
        ::_exit(0);
    }
    report.write.reset();
    std::string said = read_all(report.read.get());
    ::waitpid(fresh, nullptr, 0);
    return said;
}

std::string state_of_a_child() {
    Subprocess p({TURNGATE_TEST_CHILD, {"state"}, {}, "/"});
    return read_all(p.out.get());
}

constexpr const char* clean_state =
    "fds 0 1 2 \nleader yes\nblocked none\nsigpipe default\n"
    "writable by others no\ndirectory /\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(subprocess)

BOOST_AUTO_TEST_CASE(the_environment_is_exactly_what_was_given) {
    ::setenv("HTTP_PROXY", "http://evil", 1);
    Subprocess p = child({"environment"}, {"B=2", "A=1=1", "EMPTY="});
    const std::string got = read_all(p.out.get());
    ::unsetenv("HTTP_PROXY");
    BOOST_TEST(got == "A=1=1\nB=2\nEMPTY=\n");
    BOOST_TEST(p.wait()->success());
}

BOOST_AUTO_TEST_CASE(input_and_output_are_pipes) {
    Subprocess p = child({"copy"});
    write_whole(p.in.get(), "hello");
    p.in.reset();
    BOOST_TEST(read_all(p.out.get()) == "hello");
}

BOOST_AUTO_TEST_CASE(nothing_of_ours_is_inherited_but_three_pipes) {
    Fd leaked(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC, as a library might
    sigset_t usr1, before;
    ::sigemptyset(&usr1);
    ::sigaddset(&usr1, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &usr1, &before);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    const std::string state = state_of_a_child();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    BOOST_TEST(state == clean_state);
}

BOOST_AUTO_TEST_CASE(no_signal_that_we_ignored_is_ignored_by_a_child) {
    BOOST_TEST(output_of_a_fresh_process([] {
                   for (int signal : {SIGHUP, SIGCHLD, SIGSYS, SIGRTMIN + 1, SIGRTMAX})
                       ::signal(signal, SIG_IGN);
                   Subprocess p({"/bin/grep", {"SigIgn", "/proc/self/status"}});
                   return read_all(p.out.get());
               }) == "SigIgn:\t0000000000000000\n");
}

BOOST_AUTO_TEST_CASE(our_own_signal_handling_is_left_alone) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGUSR2, &action, nullptr);
    child({"exit", "0"}).wait();
    struct sigaction after {};
    ::sigaction(SIGUSR2, nullptr, &after);
    BOOST_TEST((after.sa_handler == action.sa_handler));
}

BOOST_AUTO_TEST_CASE(a_status_tells_how_it_ended) {
    BOOST_TEST(child({"exit", "0"}).wait()->success());
    Subprocess three = child({"exit", "3"});
    BOOST_TEST(describe(*three.wait()) == "exited with status 3");
    BOOST_TEST(three.wait()->code == 3);  // asked again
    BOOST_TEST(describe(*child({"raise", std::to_string(SIGKILL)}).wait()) ==
               "was killed by SIGKILL (Killed)");
    BOOST_TEST(describe({0, 60}) == "was killed by signal 60");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_started_says_why) {
    turngate::test::TemporaryDirectory here;
    BOOST_TEST(error_of_start({here / "none"}) == ENOENT);
    BOOST_TEST(error_of_start({here.path()}) == EACCES);
    BOOST_TEST(error_of_start({here.write("text", "names no interpreter\n", true)}) == ENOEXEC);
    BOOST_TEST(error_of_start({TURNGATE_TEST_CHILD, {}, {}, here / "none"}) == ENOENT);
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);  // no zombie either
}

BOOST_AUTO_TEST_CASE(output_may_go_to_a_descriptor_of_ours) {
    Pipe pipe = make_pipe();
    Subprocess p(
        {.program = TURNGATE_TEST_CHILD, .arguments = {"cgi-stderr"}, .output = pipe.write.get()});
    pipe.write.reset();
    BOOST_TEST(read_all(pipe.read.get()) ==
               "first line\nsecond line\nlast, without an end"
               "Content-Type: text/plain\n\nok\n");
    BOOST_TEST(!p.in);
    BOOST_TEST(!p.out);
    BOOST_TEST(!p.err);
}

BOOST_AUTO_TEST_CASE(output_and_error_may_go_to_two) {
    Pipe output = make_pipe(), error = make_pipe();
    Subprocess p({.program = TURNGATE_TEST_CHILD,
                  .arguments = {"cgi-stderr"},
                  .output = output.write.get(),
                  .error = error.write.get()});
    output.write.reset();
    error.write.reset();
    BOOST_TEST(read_all(output.read.get()) == "Content-Type: text/plain\n\nok\n");
    BOOST_TEST(read_all(error.read.get()) == "first line\nsecond line\nlast, without an end");
}

BOOST_AUTO_TEST_CASE(without_pipes_the_input_is_empty) {
    Pipe pipe = make_pipe();
    Subprocess p(
        {.program = TURNGATE_TEST_CHILD, .arguments = {"copy"}, .output = pipe.write.get()});
    BOOST_TEST(p.wait()->success());
}

BOOST_AUTO_TEST_CASE(a_descriptor_of_ours_may_be_the_input) {
    Pipe input = make_pipe();
    Pipe output = make_pipe();
    Subprocess p({.program = TURNGATE_TEST_CHILD,
                  .arguments = {"copy"},
                  .output = output.write.get(),
                  .input = input.read.get()});
    output.write.reset();
    write_whole(input.write.get(), "hello");
    input.write.reset();
    BOOST_TEST(read_all(output.read.get()) == "hello");
}

BOOST_AUTO_TEST_CASE(a_descriptor_of_ours_may_be_the_input_beside_pipes) {
    Pipe input = make_pipe();
    Subprocess p(
        {.program = TURNGATE_TEST_CHILD, .arguments = {"copy"}, .input = input.read.get()});
    BOOST_TEST(!p.in);
    write_whole(input.write.get(), "hello");
    input.write.reset();
    BOOST_TEST(read_all(p.out.get()) == "hello");
    BOOST_TEST(read_all(p.err.get()) == "");
}

BOOST_AUTO_TEST_CASE(a_group_ends_with_its_last_process) {
    char up[3];
    Subprocess q({"/bin/sh", {"-c", "exec 3<&0; cat <&3 & echo up; exit 0"}});
    read_whole(q.out.get(), up);
    q.wait();
    BOOST_TEST(!q.group_ended());
    q.in.reset();
    while (!q.group_ended())
        std::this_thread::yield();  // a hang here is the failure
    BOOST_TEST(q.group_ended());
}

BOOST_AUTO_TEST_CASE(a_nul_in_an_argument_or_a_variable_is_refused) {
    BOOST_CHECK_THROW(child({std::string("a\0b", 3)}), std::invalid_argument);
    BOOST_CHECK_THROW(child({}, {std::string("A=\0b", 4)}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(waiting_ends_at_the_timeout) {
    Subprocess p = child({"hang"});
    BOOST_TEST(!p.wait(milliseconds(5)));
    p.kill(SIGTERM);
    BOOST_TEST(p.wait()->signal == SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_child_that_ignores_sigterm_is_killed_after_the_grace) {
    Subprocess polite = child({"hang"});
    BOOST_TEST(polite.stop(milliseconds(10000)).signal == SIGTERM);
    Subprocess stubborn = child({"hang", "stubborn"});
    char up[3];
    read_whole(stubborn.out.get(), up);  // it ignores the signal from here on
    BOOST_TEST(stubborn.stop(milliseconds(20)).signal == SIGKILL);
}

BOOST_AUTO_TEST_CASE(the_destructor_leaves_neither_child_nor_grandchild_nor_zombie) {
    pid_t parent, grandchild;
    Fd out;
    {
        Subprocess p = child({"grandchild"});
        char line[32] = "";
        read_some(p.out.get(), line);
        parent = p.pid();
        grandchild = std::atoi(line);
        BOOST_TEST_REQUIRE(grandchild > 0);
        BOOST_TEST(!is_dead(grandchild));
        out = std::move(p.out);
    }
    BOOST_TEST(read_all(out.get()) == "");  // the end comes when the last holder has died
    BOOST_TEST(is_dead(parent));
    wait_until_dead(grandchild);  // it closes its output a moment before
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
}

BOOST_AUTO_TEST_CASE(children_survive_the_thread_that_asked_for_them) {
    std::optional<Subprocess> p;
    std::thread([&] { p.emplace(Command{TURNGATE_TEST_CHILD, {"copy"}}); }).join();
    write_whole(p->in.get(), "still here");
    p->in.reset();
    BOOST_TEST(read_all(p->out.get()) == "still here");
}

BOOST_AUTO_TEST_CASE(children_die_with_the_process_that_started_them) {
    Pipe report = make_pipe();
    pid_t starter = ::fork();
    if (starter == 0) {  // a process of its own, which starts a child and is killed
        Subprocess p = child({"hang", "stubborn"});
        char up[3];  // it writes nothing more from here on, which would end it, too
        read_whole(p.out.get(), up);
        write_whole(report.write.get(), std::to_string(p.pid()));
        ::raise(SIGKILL);
    }
    report.write.reset();
    const pid_t orphan = std::atoi(read_all(report.read.get()).c_str());
    ::waitpid(starter, nullptr, 0);
    BOOST_TEST_REQUIRE(orphan > 0);
    while (!is_dead(orphan))
        std::this_thread::yield();  // a hang here is the failure
    BOOST_TEST(is_dead(orphan));
}

BOOST_AUTO_TEST_CASE(many_threads_may_start_children_at_once) {
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i)
                good += child({"exit", "0"}).wait()->success();
        });
    for (std::thread& thread : threads)
        thread.join();
    BOOST_TEST(good == 80);
}

BOOST_AUTO_TEST_CASE(a_program_that_ignores_sigchld_loses_only_the_status) {
    struct sigaction ignore {
    }, before{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGCHLD, &ignore, &before);
    Subprocess p = child({"exit", "3"});
    BOOST_TEST(p.wait().has_value());
    ::sigaction(SIGCHLD, &before, nullptr);
}

BOOST_AUTO_TEST_CASE(signals_that_interrupt_us_leave_no_zombie) {
    struct sigaction action {
    }, before{};
    action.sa_handler = [](int) {};  // without SA_RESTART
    ::sigaction(SIGALRM, &action, &before);
    const itimerval often = {{0, 50}, {0, 50}}, never = {};
    ::setitimer(ITIMER_REAL, &often, nullptr);
    for (int i = 0; i < 200; ++i) {
        error_of_start({"/no/such/program"});
        child({"exit", "0"}).wait();
    }
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
}

BOOST_AUTO_TEST_SUITE_END()

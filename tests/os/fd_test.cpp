#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <turngate/os/fd.h>

using namespace turngate::os;

namespace {

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}

bool is_readable(int fd) {
    pollfd p = {fd, POLLIN, 0};
    return ::poll(&p, 1, 0) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fd)

BOOST_AUTO_TEST_CASE(a_descriptor_is_closed_by_its_last_owner_only) {
    Pipe pipe = make_pipe();
    const int number = pipe.read.get();
    {
        Fd owner = std::move(pipe.read);
        BOOST_TEST(!pipe.read);
        pipe.read.reset();
        BOOST_TEST(is_open(number));
    }
    BOOST_TEST(!is_open(number));
}

BOOST_AUTO_TEST_CASE(assignment_closes_what_was_held_before) {
    Pipe pipe = make_pipe();
    const int read = pipe.read.get();
    const int write = pipe.write.get();
    pipe.read = std::move(pipe.write);
    BOOST_TEST(!is_open(read));
    BOOST_TEST(pipe.read.get() == write);
    Fd released(pipe.read.release());
    BOOST_TEST(!pipe.read);
    BOOST_TEST(is_open(write));
}

BOOST_AUTO_TEST_CASE(pipes_are_not_inherited) {
    Pipe pipe = make_pipe();
    BOOST_TEST((::fcntl(pipe.read.get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST((::fcntl(pipe.write.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(pipes_stay_clear_of_the_standard_streams) {
    Fd saved(::dup(STDIN_FILENO));
    ::close(STDIN_FILENO);  // so that the next descriptor would be 0
    {
        Pipe pipe = make_pipe();
        BOOST_TEST(pipe.read.get() > STDERR_FILENO);
        BOOST_TEST(pipe.write.get() > STDERR_FILENO);
    }
    ::dup2(saved.get(), STDIN_FILENO);
}

BOOST_AUTO_TEST_CASE(a_write_larger_than_the_pipe_arrives_whole_also_when_non_blocking) {
    Pipe pipe = make_pipe();
    set_nonblocking(pipe.write.get());
    const std::string sent(1 << 20, 'x');
    std::thread writer([&] {
        write_whole(pipe.write.get(), sent);
        pipe.write.reset();
    });
    std::string got(2 << 20, '\0');
    got.resize(read_whole(pipe.read.get(), got));
    writer.join();
    BOOST_TEST((got == sent));
}

BOOST_AUTO_TEST_CASE(the_end_reads_as_nothing) {
    Pipe pipe = make_pipe();
    pipe.write.reset();
    char byte;
    BOOST_TEST(read_some(pipe.read.get(), {&byte, 1}) == 0u);
}

BOOST_AUTO_TEST_CASE(an_empty_non_blocking_pipe_is_an_error_and_not_the_end) {
    Pipe pipe = make_pipe();
    set_nonblocking(pipe.read.get());
    char byte;
    BOOST_CHECK_EXCEPTION(read_some(pipe.read.get(), {&byte, 1}), std::system_error,
                          [](const auto& e) { return e.code().value() == EAGAIN; });
}

BOOST_AUTO_TEST_CASE(a_write_that_nobody_can_read_is_an_error_and_no_signal) {
    struct sigaction fatal {
    }, before{};
    ::sigaction(SIGPIPE, &fatal, &before);  // the default, which ends the process
    sigset_t pipe_signal, mask;
    ::sigemptyset(&pipe_signal);
    ::sigaddset(&pipe_signal, SIGPIPE);
    ::pthread_sigmask(SIG_UNBLOCK, &pipe_signal, &mask);  // a library of the program's blocks it
    Pipe pipe = make_pipe();
    pipe.read.reset();
    BOOST_CHECK_EXCEPTION(write_whole(pipe.write.get(), "x"), std::system_error,
                          [](const auto& e) { return e.code().value() == EPIPE; });
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    ::sigaction(SIGPIPE, &before, nullptr);
}

BOOST_AUTO_TEST_CASE(a_full_pipe_takes_nothing_more) {
    Pipe pipe = make_pipe();
    set_nonblocking(pipe.write.get());
    const std::string block(4096, 'x');
    std::size_t all = 0;
    while (const std::size_t n = write_some(pipe.write.get(), block))
        all += n;
    BOOST_TEST(all >= 4096u);
    std::string got(all, '\0');
    BOOST_TEST(read_whole(pipe.read.get(), got) == all);
    BOOST_TEST(write_some(pipe.write.get(), "y") == 1u);
}

BOOST_AUTO_TEST_CASE(an_interrupted_read_goes_on) {
    Pipe pipe = make_pipe();
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    ::sigaction(SIGUSR1, &action, nullptr);
    const pthread_t reader = ::pthread_self();
    std::thread other([&] {
        for (int i = 0; i < 100; ++i)
            ::pthread_kill(reader, SIGUSR1);
        write_whole(pipe.write.get(), "x");
    });
    char byte = 0;
    BOOST_TEST(read_some(pipe.read.get(), {&byte, 1}) == 1u);
    BOOST_TEST(byte == 'x');
    other.join();
}

BOOST_AUTO_TEST_CASE(a_wake_up_can_be_cleared) {
    WakeUp wake;
    wake.clear();
    wake.signal();
    wake.signal();
    wake.clear();
    BOOST_TEST(!is_readable(wake.fd()));
}

BOOST_AUTO_TEST_CASE(a_wake_up_stays_signalled_until_it_is_cleared) {
    WakeUp wake;
    BOOST_TEST(!is_readable(wake.fd()));
    std::thread([&] { wake.signal(); }).join();
    wake.signal();
    BOOST_TEST(is_readable(wake.fd()));
    BOOST_TEST(is_readable(wake.fd()));
}

BOOST_AUTO_TEST_CASE(a_signal_handler_that_wakes_leaves_errno_alone) {
    WakeUp wake;
    const std::uint64_t full = UINT64_MAX - 1;
    BOOST_REQUIRE(::write(wake.fd(), &full, sizeof full) == sizeof full);
    errno = EDOM;
    wake.signal();  // fails with EAGAIN
    const int after = errno;
    BOOST_TEST(after == EDOM);
}

BOOST_AUTO_TEST_SUITE_END()

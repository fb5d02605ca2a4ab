// What a server gets from the process that starts it, and how it says that it is ready.
#include "watch/server_process.h"

#include <csignal>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <system_error>

#include <boost/test/unit_test.hpp>

#include "support/temporary_directory.h"
#include "watch/ready_socket.h"
#include <turngate/os/socket.h>

using namespace turngate;
using namespace turngate::watch;
using test::TemporaryDirectory;

namespace {

std::vector<os::Fd> two_sockets() {
    std::vector<os::Fd> sockets;
    for (int i = 0; i < 2; ++i)
        sockets.push_back(os::listen_on(os::Address::parse("127.0.0.1:0")));
    return out_of_the_way(std::move(sockets));
}

int run_shell(const std::string& script, const std::vector<os::Fd>& sockets) {
    const pid_t pid = start_server(
        {"/bin/sh", {"sh", "-c", script}, {"PATH=/usr/bin:/bin", "MARK=x"}, sockets, "@none"});
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void say(const std::string& name, std::string_view text) {
    const os::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path + 1, name.size(), 1);
    ::sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&address),
             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(server_process)

BOOST_AUTO_TEST_CASE(a_server_gets_the_sockets_and_is_told_so) {
    const auto sockets = two_sockets();
    TemporaryDirectory dir;
    const std::string out = dir / "out";
    BOOST_TEST(run_shell("test $LISTEN_PID = $$ && echo $LISTEN_FDS $MARK $NOTIFY_SOCKET > " + out +
                             " && readlink /proc/self/fd/3 /proc/self/fd/4 >> " + out,
                         sockets) == 0);
    const std::string text = dir.read("out");
    BOOST_TEST(text.starts_with("2 x @none\nsocket:"));
    BOOST_TEST(text.find("socket:", 18) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_server_has_no_other_descriptor) {
    const auto sockets = two_sockets();
    BOOST_TEST(run_shell("test ! -e /proc/$$/fd/5 && test ! -e /proc/$$/fd/6", sockets) == 0);
}

BOOST_AUTO_TEST_CASE(a_server_leads_a_group_and_hears_signals) {
    sigset_t set, before;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &set, &before);
    const auto sockets = two_sockets();
    const pid_t pid = start_server(
        {"/bin/sh", {"sh", "-c", "kill -TERM $$; exit 3"}, {"PATH=/usr/bin:/bin"}, sockets, "@x"});
    int status = 0;
    ::waitpid(pid, &status, 0);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    BOOST_TEST(WIFSIGNALED(status));
}

BOOST_AUTO_TEST_CASE(a_program_that_is_none_is_an_error) {
    const auto sockets = two_sockets();
    const ServerCommand command{"/nonexistent/program", {"p"}, {}, sockets, "@x"};
    BOOST_CHECK_EXCEPTION(start_server(command), std::system_error, [](const auto& e) {
        return e.code() == std::errc::no_such_file_or_directory;
    });
}

BOOST_AUTO_TEST_CASE(who_is_ready_is_known_by_the_kernel) {
    ReadySocket ready;
    BOOST_TEST(ready.address().starts_with("@"));
    BOOST_TEST(!ready.take());
    say(ready.address(), "STATUS=starting");
    BOOST_TEST(!ready.take());
    say(ready.address(), "STATUS=up\nREADY=1\nMAINPID=1");
    BOOST_TEST(ready.take().value_or(0) == ::getpid());
    say(ready.address(), "READY=10");
    BOOST_TEST(!ready.take());
}

BOOST_AUTO_TEST_SUITE_END()

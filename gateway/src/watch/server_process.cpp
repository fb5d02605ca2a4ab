#include "watch/server_process.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace turngate::watch {
namespace {

constexpr int first_socket = 3;  // SD_LISTEN_FDS_START

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// All that the child does between fork() and execve(): only what a signal handler might, for
// another thread may have held a lock. Yields an errno.
int become(const ServerCommand& command, char* pid_digits, std::size_t room, char** arguments,
           char** environment, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return ESRCH;
    for (std::size_t i = 0; i < command.sockets.size(); ++i)
        if (::dup2(command.sockets[i].get(), first_socket + static_cast<int>(i)) < 0) return errno;
    *std::to_chars(pid_digits, pid_digits + room, ::getpid()).ptr = '\0';
    std::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(command.program.c_str(), arguments, environment);
    return errno;
}

}  // namespace

pid_t start_server(const ServerCommand& command) {
    constexpr std::size_t room = 16;
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = command.environment;
    std::string listen_pid = "LISTEN_PID=";
    const std::size_t before = listen_pid.size();
    listen_pid.resize(before + room);
    char* pid_digits = listen_pid.data() + before;
    if (!command.ready_address.empty()) {
        environment.push_back("NOTIFY_SOCKET=" + command.ready_address);
        environment.push_back("LISTEN_FDS=" + std::to_string(command.sockets.size()));
        environment.push_back(std::move(listen_pid));
        pid_digits = environment.back().data() + before;
    }
    const auto argv = pointers(arguments), envp = pointers(environment);
    os::Pipe failure = os::make_pipe();
    // Where no socket is to come.
    failure.write.reset(::fcntl(failure.write.get(), F_DUPFD_CLOEXEC,
                                first_socket + static_cast<int>(command.sockets.size())));
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "cannot start a server");
    if (child == 0) {
        const int error = become(command, pid_digits, room - 1, const_cast<char**>(argv.data()),
                                 const_cast<char**>(envp.data()), parent);
        [[maybe_unused]] const auto written = ::write(failure.write.get(), &error, sizeof error);
        ::_exit(127);
    }
    failure.write.reset();
    int error = 0;
    if (os::read_whole(failure.read.get(), {reinterpret_cast<char*>(&error), sizeof error}) ==
        sizeof error) {
        ::waitpid(child, nullptr, 0);
        throw std::system_error(error, std::generic_category(), "cannot run " + command.program);
    }
    return child;
}

std::vector<os::Fd> out_of_the_way(std::vector<os::Fd> sockets) {
    const int least = first_socket + static_cast<int>(sockets.size());
    for (os::Fd& socket : sockets) {
        socket.reset(::fcntl(socket.get(), F_DUPFD_CLOEXEC, least));
        if (!socket)
            throw std::system_error(errno, std::generic_category(), "cannot keep a socket");
    }
    return sockets;
}

}  // namespace turngate::watch

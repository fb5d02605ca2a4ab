// Process 1 has no default actions of signals, and is the parent of every orphan.
#include "init_process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <dirent.h>
#include <memory>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace turngate {
namespace {

// True also where /proc is not mounted and nobody can tell.
bool is_single_threaded() {
    const std::unique_ptr<DIR, int (*)(DIR*)> threads(::opendir("/proc/self/task"), ::closedir);
    if (!threads) return true;
    int count = 0;
    while (const dirent* entry = ::readdir(threads.get()))
        if (std::string_view(entry->d_name).find_first_of("0123456789") == 0) ++count;
    return count <= 1;
}

[[noreturn]] void end_as(int status) {
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

// A terminal's Ctrl-C comes from the kernel, to all that run there: the child has it already, and a
// second one would end it at once. The end of the terminal is told to the first of the session
// alone.
bool is_for_all_of_a_terminal(int signal) {
    return signal == SIGINT || signal == SIGQUIT || signal == SIGTSTP;
}

// REQUIRES: `signals` are blocked.
[[noreturn]] void watch_over(pid_t child, const sigset_t& signals) {
    for (;;) {
        siginfo_t about{};
        const int signal = ::sigwaitinfo(&signals, &about);
        const bool childs_own = about.si_code == SI_KERNEL && is_for_all_of_a_terminal(signal);
        if (signal > 0 && signal != SIGCHLD && !childs_own) ::kill(child, signal);
        int status = 0;
        for (pid_t ended; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;)
            if (ended == child) end_as(status);
    }
}

}  // namespace

void leave_process_one() {
    if (::getpid() != 1) return;
    if (!is_single_threaded()) {
        std::fputs(
            "warning: process 1 has several threads already, so that orphans will not be reaped: "
            "start threads in the handler\n",
            stderr);
        return;
    }
    sigset_t all, before;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &before);
    const pid_t child = ::fork();
    if (child > 0) watch_over(child, all);
    const int error = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (child < 0)
        throw std::system_error(error, std::generic_category(), "cannot leave process 1");
}

}  // namespace turngate

// Child processes: their pipes, how they are waited for and how they are ended.
#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "spawner.h"
#include <turngate/os/descriptor_limit.h>
#include <turngate/os/subprocess.h>

namespace turngate::os {
namespace {

// waitid() until no signal interrupts it; false with its errno. `info` says how the child ended, or
// is all zero if somebody else has reaped it.
bool wait_for(const Fd& exit, int options, siginfo_t& info) noexcept {
    info = {};
    while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(exit.get()), &info,
                    WEXITED | options) != 0)
        if (errno != EINTR) return false;
    return true;
}

// The standard streams of a child, and the other ends of those that are pipes.
struct Streams {
    std::array<Fd, 3> child;
    std::array<Fd, 3> ours;
};

// Above 2, as those of make_pipe().
Fd duplicate(int fd) {
    Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copy)
        throw std::system_error(errno, std::generic_category(), "a standard stream of a child");
    return copy;
}

Streams pipes_and(std::optional<int> given) {
    Pipe input = given ? Pipe{duplicate(*given), Fd()} : make_pipe();
    Pipe output = make_pipe();
    Pipe error = make_pipe();
    return {{std::move(input.read), std::move(output.write), std::move(error.write)},
            {std::move(input.write), std::move(output.read), std::move(error.read)}};
}

// REQUIRES: there is an output.
Streams streams_of(const Command& command) {
    const int output = *command.output;
    const int error = command.error.value_or(output);
    if (command.input)
        return {{duplicate(*command.input), duplicate(output), duplicate(error)}, {}};
    const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing) throw std::system_error(errno, std::generic_category(), "/dev/null");
    return {{duplicate(nothing.get()), duplicate(output), duplicate(error)}, {}};
}

// The group and the state of a process, by /proc/PID/stat; group 0 if it has gone. The name, in
// parentheses, may have blanks and parentheses itself.
struct ProcessFacts {
    pid_t group = 0;
    char state = 'X';
};
ProcessFacts facts_of(const char* pid) {
    const Fd file(::open((std::string("/proc/") + pid + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 512> text{};
    if (!file || ::read(file.get(), text.data(), text.size() - 1) <= 0) return {};
    const char* behind = ::strrchr(text.data(), ')');
    ProcessFacts out;
    int parent = 0;
    if (!behind || std::sscanf(behind, ") %c %d %d", &out.state, &parent, &out.group) != 3)
        return {};
    return out;
}

// Ends with a null, as execve() wants it, which writes to none of them.
class Pointers {
  public:
    void add(const std::string& text) {
        if (text.find('\0') != std::string::npos)
            throw std::invalid_argument("an argument or variable of a child has a NUL in it");
        list_.back() = const_cast<char*>(text.c_str());
        list_.push_back(nullptr);
    }
    void add(const std::vector<std::string>& texts) {
        list_.reserve(list_.size() + texts.size());
        for (const std::string& text : texts)
            add(text);
    }
    char* const* data() const noexcept { return list_.data(); }

  private:
    std::vector<char*> list_ = {nullptr};
};

}  // namespace

// In single quotes, in which nothing means anything but one of them.
std::string shell_word(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + '\'';
}

std::string own_command_line() {
    std::string out;
    const Fd file(::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> block;
    while (const std::size_t size = file ? read_some(file.get(), block) : 0)
        out.append(block.data(), size);
    if (!out.empty() && out.back() != '\0') out += '\0';  // of a program that has renamed itself
    return out;
}

std::string describe(const ExitStatus& status) {
    if (status.signal == 0) return "exited with status " + std::to_string(status.code);
    const char* name = ::sigabbrev_np(status.signal);
    const char* meaning = ::sigdescr_np(status.signal);
    if (!name || !meaning) return "was killed by signal " + std::to_string(status.signal);
    return std::string("was killed by SIG") + name + " (" + meaning + ")";
}

Subprocess::Subprocess(const Command& command) {
    Pointers arguments;
    arguments.add(command.program);
    arguments.add(command.arguments);
    Pointers environment;
    environment.add(command.environment);

    Streams streams = command.output ? streams_of(command) : pipes_and(command.input);
    Plan plan = {command.program.c_str(),
                 arguments.data(),
                 environment.data(),
                 command.directory.empty() ? nullptr : command.directory.c_str(),
                 {streams.child[0].get(), streams.child[1].get(), streams.child[2].get()},
                 original_descriptor_limit()};
    Child child = start_child(plan);
    pid_ = child.pid;
    exit_ = std::move(child.exit);
    if (plan.error != 0) {
        siginfo_t info;
        wait_for(exit_, 0, info);
        exit_.reset();
        throw std::system_error(plan.error, std::generic_category(), command.program);
    }
    in = std::move(streams.ours[0]);
    out = std::move(streams.ours[1]);
    err = std::move(streams.ours[2]);
}

Subprocess::~Subprocess() {
    if (!exit_) return;
    kill(SIGKILL);
    siginfo_t info;
    wait_for(exit_, 0, info);
}

void Subprocess::kill(int signal) const noexcept {
    // Until the destructor reaps the child its number belongs to no other group.
    if (exit_) ::kill(-pid_, signal);
}

bool Subprocess::group_ended() const {
    if (!exit_) return true;
    const std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir("/proc"), ::closedir);
    while (const dirent* entry = list ? ::readdir(list.get()) : nullptr) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
        const ProcessFacts facts = facts_of(entry->d_name);
        if (facts.group == pid_ && facts.state != 'Z' && facts.state != 'X') return false;
    }
    return true;
}

std::optional<ExitStatus> Subprocess::wait(std::optional<std::chrono::milliseconds> timeout) {
    if (status_) return status_;
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + timeout.value_or(std::chrono::milliseconds(0));
    pollfd ended = {exit_.get(), POLLIN, 0};
    for (;;) {
        int left = -1;
        if (timeout) {
            auto ms = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
            left = static_cast<int>(std::clamp<std::int64_t>(ms, 0, INT_MAX));
        }
        int n = ::poll(&ended, 1, left);
        if (n > 0) break;
        if (n == 0) return std::nullopt;
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
    }
    siginfo_t info;
    // The child stays a zombie until the destructor has killed its group (WNOWAIT). A program that
    // ignores SIGCHLD has its children reaped by the kernel: then nobody knows how they ended.
    if (!wait_for(exit_, WNOWAIT, info) && errno != ECHILD)
        throw std::system_error(errno, std::generic_category(), "waitid");
    status_ = info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED
                  ? ExitStatus{0, info.si_status}
                  : ExitStatus{info.si_status, 0};
    return status_;
}

ExitStatus Subprocess::stop(std::chrono::milliseconds grace) {
    kill(SIGTERM);
    if (auto status = wait(grace)) return *status;
    kill(SIGKILL);
    return *wait();
}

}  // namespace turngate::os

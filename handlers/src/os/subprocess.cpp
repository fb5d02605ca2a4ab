// Child processes by clone(CLONE_VM | CLONE_VFORK): what posix_spawn() does, and the parent death
// signal, which it cannot set.
#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <string.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <turngate/os/descriptor_limit.h>
#include <turngate/os/subprocess.h>

namespace turngate::os {
namespace {

// What the child needs, laid out before it exists: between clone() and execve() it shares our
// memory and may neither allocate nor lock.
struct Plan {
    const char* program;
    char* const* arguments;
    char* const* environment;
    const char* directory;  // null: stay here
    std::array<int, 3> streams;
    pid_t parent;
    rlim_t descriptors;  // 0: the limit is as we were started with
    int error = 0;       // of the call that failed in the child
};

// What runs in the child is not instrumented: it never returns, so that what AddressSanitizer notes
// of its stack would stay behind for the next child on the same stack.
//
// signal() and sigprocmask() would go through the sanitizers' interceptors, whose tables the child
// shares with us; the kernel's own calls touch the child alone.
[[gnu::no_sanitize_address]] void reset_signals() noexcept {
    std::array<std::uint64_t, 8> defaults{};  // the kernel's struct sigaction: SIG_DFL, no flags
    for (int signal = 1; signal <= 64; ++signal)
        ::syscall(SYS_rt_sigaction, signal, defaults.data(), nullptr, sizeof(std::uint64_t));
    std::uint64_t none = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
}

// Every descriptor of ours is close-on-exec; this catches those that the application, or a library
// in it, opened without.
[[gnu::no_sanitize_address]] void close_all_but_standard_streams() noexcept {
    if (::syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0) == 0) return;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    for (rlim_t fd = STDERR_FILENO + 1; fd < limit.rlim_cur; ++fd)
        ::close(static_cast<int>(fd));
}

[[gnu::no_sanitize_address]] int become_child(void* argument) {
    Plan& plan = *static_cast<Plan*>(argument);
    reset_signals();
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != plan.parent) ::_exit(127);  // it died before the line above
    ::umask(::umask(0) | 022);
    if (rlimit limit{}; plan.descriptors > 0 && ::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = plan.descriptors;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (int fd = 0; fd < 3; ++fd)
        if (::syscall(SYS_dup3, plan.streams[static_cast<std::size_t>(fd)], fd, 0) < 0) {
            plan.error = errno;
            ::_exit(127);
        }
    close_all_but_standard_streams();
    if (!plan.directory || ::chdir(plan.directory) == 0)
        ::execve(plan.program, plan.arguments, plan.environment);
    plan.error = errno;
    ::_exit(127);
}

struct Child {
    pid_t pid = -1;
    Fd exit;
};

// waitid() until no signal interrupts it; false with its errno. `info` says how the child ended, or
// is all zero if somebody else has reaped it.
bool wait_for(const Fd& exit, int options, siginfo_t& info) noexcept {
    info = {};
    while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(exit.get()), &info,
                    WEXITED | options) != 0)
        if (errno != EINTR) return false;
    return true;
}

// Every signal, kept from this thread and from those it starts.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_;
};

// Where children run until their execve().
class Stack {
  public:
    Stack()
        : memory_(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
        if (memory_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    }
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    ~Stack() { ::munmap(memory_, size); }

    void* top() const noexcept { return static_cast<char*>(memory_) + size; }

  private:
    static constexpr std::size_t size = 256 * 1024;

    void* const memory_;
};

// The one thread that starts children. It is never joined: it must live as long as the process.
class Spawner {
  public:
    // One a process: a copy that fork() made has no thread behind it.
    static Spawner& instance() {
        static std::mutex mutex;
        static Spawner* spawner = nullptr;
        std::lock_guard lock(mutex);
        if (!spawner || spawner->process_ != ::getpid()) spawner = new Spawner;
        return *spawner;
    }

    Child start(Plan& plan) {
        std::unique_lock lock(mutex_);
        free_.wait(lock, [&] { return !plan_; });
        plan_ = &plan;
        done_ = false;
        changed_.notify_all();
        finished_.wait(lock, [&] { return done_; });
        Child child = std::move(child_);
        int error = error_;
        plan_ = nullptr;
        lock.unlock();
        free_.notify_one();
        if (!child.exit) throw std::system_error(error, std::generic_category(), "clone");
        return child;
    }

  private:
    Spawner() {
        // With every signal blocked no handler of ours can run in a child that shares our memory.
        const SignalsBlocked blocked;
        std::thread([this] { run(); }).detach();
    }

    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return plan_ && !done_; });
            int exit = -1;
            child_.pid = ::clone(become_child, stack_.top(),
                                 CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, plan_, &exit);
            error_ = errno;
            child_.exit = Fd(child_.pid < 0 ? -1 : exit);
            done_ = true;
            finished_.notify_all();
        }
    }

    const Stack stack_;
    const pid_t process_ = ::getpid();
    std::mutex mutex_;
    std::condition_variable free_;
    std::condition_variable changed_;
    std::condition_variable finished_;
    Plan* plan_ = nullptr;
    bool done_ = false;
    Child child_;
    int error_ = 0;
};

// The standard streams of a child, and the other ends of those that are pipes.
struct Streams {
    std::array<Fd, 3> child;
    std::array<Fd, 3> ours;
};

Streams pipes() {
    Pipe input = make_pipe();
    Pipe output = make_pipe();
    Pipe error = make_pipe();
    return {{std::move(input.read), std::move(output.write), std::move(error.write)},
            {std::move(input.write), std::move(output.read), std::move(error.read)}};
}

// Above 2, as those of make_pipe().
Fd duplicate(int fd) {
    Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copy)
        throw std::system_error(errno, std::generic_category(), "a standard stream of a child");
    return copy;
}

Streams streams_to(int output, std::optional<int> input) {
    if (input) return {{duplicate(*input), duplicate(output), duplicate(output)}, {}};
    const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing) throw std::system_error(errno, std::generic_category(), "/dev/null");
    return {{duplicate(nothing.get()), duplicate(output), duplicate(output)}, {}};
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

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> out;
    for (std::string& s : strings) {
        if (s.find('\0') != std::string::npos)
            throw std::invalid_argument("an argument or variable of a child has a NUL in it");
        out.push_back(s.data());
    }
    out.push_back(nullptr);
    return out;
}

}  // namespace

std::string describe(const ExitStatus& status) {
    if (status.signal == 0) return "exited with status " + std::to_string(status.code);
    const char* name = ::sigabbrev_np(status.signal);
    const char* meaning = ::sigdescr_np(status.signal);
    if (!name || !meaning) return "was killed by signal " + std::to_string(status.signal);
    return std::string("was killed by SIG") + name + " (" + meaning + ")";
}

Subprocess::Subprocess(const Command& command) {
    std::vector<std::string> arguments = {command.program};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = command.environment;
    std::vector<char*> argv = pointers(arguments);
    std::vector<char*> envp = pointers(environment);

    Streams streams = command.output ? streams_to(*command.output, command.input) : pipes();
    Plan plan = {argv[0],
                 argv.data(),
                 envp.data(),
                 command.directory.empty() ? nullptr : command.directory.c_str(),
                 {streams.child[0].get(), streams.child[1].get(), streams.child[2].get()},
                 ::getpid(),
                 original_descriptor_limit()};
    Child child = Spawner::instance().start(plan);
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

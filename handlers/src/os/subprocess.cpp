// Child processes by clone(CLONE_VM | CLONE_VFORK): what posix_spawn() does, and the parent death
// signal, which it cannot set.
#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <cstdint>
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

    Pipe input = make_pipe();
    Pipe output = make_pipe();
    Pipe error = make_pipe();
    Plan plan = {argv[0],
                 argv.data(),
                 envp.data(),
                 command.directory.empty() ? nullptr : command.directory.c_str(),
                 {input.read.get(), output.write.get(), error.write.get()},
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
    in = std::move(input.write);
    out = std::move(output.read);
    err = std::move(error.read);
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

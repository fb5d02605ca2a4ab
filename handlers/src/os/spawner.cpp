// Children by clone(CLONE_VM | CLONE_VFORK): what posix_spawn() does, and the parent death signal,
// which it cannot set.
#include "spawner.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace turngate::os {
namespace {

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
        : memory_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
        if (memory_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    }
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    ~Stack() { ::munmap(memory_, bytes); }

    void* top() const noexcept { return static_cast<char*>(memory_) + bytes; }

  private:
    static constexpr std::size_t bytes = 256 * 1024;

    void* const memory_;
};

class Semaphore {
  public:
    Semaphore() { ::sem_init(&semaphore_, 0, 0); }
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;
    ~Semaphore() { ::sem_destroy(&semaphore_); }

    void release() noexcept { ::sem_post(&semaphore_); }
    void acquire() noexcept {
        while (::sem_wait(&semaphore_) != 0) {  // EINTR
        }
    }

  private:
    sem_t semaphore_;
};

// The one thread that starts children. It is never joined: it must live as long as the process,
// because the parent death signal is sent when the thread that started a child ends.
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
        plan.parent = process_;
        Order order{.plan = plan};
        {
            std::lock_guard lock(mutex_);
            orders_.push_back(&order);
        }
        ordered_.release();
        order.done.acquire();
        if (!order.child.exit)
            throw std::system_error(order.error, std::generic_category(), "clone");
        return std::move(order.child);
    }

  private:
    struct Order {
        Plan& plan;
        Child child = {};
        int error = 0;
        Semaphore done = {};
    };

    Spawner() {
        // With every signal blocked no handler of ours can run in a child that shares our memory.
        const SignalsBlocked blocked;
        std::thread([this] { run(); }).detach();
    }

    void run() {
        for (;;) {
            ordered_.acquire();
            Order& order = next();
            int exit = -1;
            order.child.pid =
                ::clone(become_child, stack_.top(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                        &order.plan, &exit);
            order.error = errno;
            order.child.exit = Fd(order.child.pid < 0 ? -1 : exit);
            order.done.release();
        }
    }

    Order& next() {
        std::lock_guard lock(mutex_);
        Order& order = *orders_.front();
        orders_.pop_front();
        return order;
    }

    const Stack stack_;
    const pid_t process_ = ::getpid();
    std::mutex mutex_;
    std::deque<Order*> orders_;  // under mutex_, one for each time that `ordered_` is released
    Semaphore ordered_;
};

}  // namespace

Child start_child(Plan& plan) {
    return Spawner::instance().start(plan);
}

}  // namespace turngate::os

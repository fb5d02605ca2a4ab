// File descriptors.
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

#include <turngate/os/fd.h>

namespace turngate::os {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// A descriptor of 0, 1 or 2 would be overwritten while a child's standard streams are laid out.
Fd above_standard_streams(Fd fd) {
    if (fd.get() > STDERR_FILENO) return fd;
    Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!moved) fail("fcntl");
    return moved;
}

// Keeps the SIGPIPE of a write from this thread, as MSG_NOSIGNAL does for sockets, and takes it
// back if there was none before.
class SigpipeBlocked {
  public:
    SigpipeBlocked() {
        ::sigemptyset(&sigpipe_);
        ::sigaddset(&sigpipe_, SIGPIPE);
        sigset_t pending;
        ::sigpending(&pending);
        was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    SigpipeBlocked(const SigpipeBlocked&) = delete;
    SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;
    ~SigpipeBlocked() {
        const timespec now{};
        if (!was_pending_) ::sigtimedwait(&sigpipe_, nullptr, &now);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

  private:
    sigset_t sigpipe_;
    sigset_t before_;
    bool was_pending_;
};

}  // namespace

void Fd::reset(int fd) noexcept {
    if (fd_ >= 0) ::close(fd_);  // never again after EINTR: Linux has closed it by then
    fd_ = fd;
}

Pipe make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    Fd read(ends[0]);
    Fd write(ends[1]);
    return {above_standard_streams(std::move(read)), above_standard_streams(std::move(write))};
}

void set_nonblocking(int fd) {
    int on = 1;
    if (::ioctl(fd, FIONBIO, &on) != 0) fail("ioctl");
}

std::size_t read_some(int fd, std::span<char> into) {
    for (;;) {
        ssize_t n = ::read(fd, into.data(), into.size());
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) fail("read");
    }
}

std::size_t read_whole(int fd, std::span<char> into) {
    std::size_t got = 0;
    while (got < into.size()) {
        std::size_t n = read_some(fd, into.subspan(got));
        if (n == 0) break;
        got += n;
    }
    return got;
}

std::size_t write_some(int fd, std::string_view bytes) {
    const SigpipeBlocked quiet;
    for (;;) {
        ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) fail("write");
    }
}

void write_whole(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t n = write_some(fd, bytes);
        bytes.remove_prefix(n);
        pollfd full = {fd, POLLOUT, 0};
        if (n == 0) ::poll(&full, 1, -1);
    }
}

void occupy_standard_streams() noexcept {
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
}

WakeUp::WakeUp() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_) fail("eventfd");
}

void WakeUp::signal() const noexcept {
    const int error = errno;  // of whatever a signal handler has interrupted
    std::uint64_t one = 1;
    // Fails only when the counter is full, and then the event is signalled already.
    [[maybe_unused]] ssize_t n = ::write(event_.get(), &one, sizeof one);
    errno = error;
}

void WakeUp::clear() const noexcept {
    std::uint64_t count = 0;
    // Fails only when there is no signal to take back.
    [[maybe_unused]] ssize_t n = ::read(event_.get(), &count, sizeof count);
}

}  // namespace turngate::os

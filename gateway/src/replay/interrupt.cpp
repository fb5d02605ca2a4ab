// Ctrl-C and the like.
#include "replay/interrupt.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace turngate::replay {
namespace {

std::atomic<Interrupt*> current{nullptr};
struct sigaction old_int, old_term;

void on_signal(int signal) {
    const int saved = errno;
    if (Interrupt* interrupt = current.load()) interrupt->raise(signal);
    errno = saved;
}

}  // namespace

Interrupt::Interrupt() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make an eventfd");
    current = this;
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, &old_int);
    ::sigaction(SIGTERM, &action, &old_term);
}

Interrupt::~Interrupt() {
    ::sigaction(SIGINT, &old_int, nullptr);
    ::sigaction(SIGTERM, &old_term, nullptr);
    current = nullptr;
    ::close(fd_);
}

void Interrupt::raise(int signal) noexcept {
    signal_.store(signal, std::memory_order_relaxed);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(fd_, &one, sizeof one);
}

}  // namespace turngate::replay

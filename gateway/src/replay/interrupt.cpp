// Ctrl-C and the like.
#include "replay/interrupt.h"

#include <csignal>

namespace turngate::replay {
namespace {

std::atomic<Interrupt*> current{nullptr};
struct sigaction old_int, old_term;

void on_signal(int signal) {
    if (Interrupt* interrupt = current.load()) interrupt->raise(signal);
}

void listen(int signal, struct sigaction& old) {
    ::sigaction(signal, nullptr, &old);
    if (old.sa_handler == SIG_IGN) return;
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
    current = this;
    listen(SIGINT, old_int);
    listen(SIGTERM, old_term);
}

Interrupt::~Interrupt() {
    ::sigaction(SIGINT, &old_int, nullptr);
    ::sigaction(SIGTERM, &old_term, nullptr);
    current = nullptr;
}

void Interrupt::raise(int signal) noexcept {
    signal_.store(signal, std::memory_order_relaxed);
    told_.signal();
}

}  // namespace turngate::replay

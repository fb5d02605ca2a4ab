// All of it may run in a signal handler.
#include "report/crash_drain.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <ctime>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

namespace turngate {
namespace {

std::array<std::atomic<int>, 4> descriptors = {-1, -1, -1, -1};

std::atomic<void (*)() noexcept> first_call = nullptr;

// For a thread that has just taken the last words out of a pipe to tell them.
constexpr int pause_ms = 20;

// With a standard output or error that nobody reads.
constexpr int patience_ms = 2'000;

// A child that goes on printing must not keep the process from its end.
constexpr int blocks_of_a_pipe = 17;

void copy(int from, int to) noexcept {
    std::array<char, 4096> block;
    for (int i = 0; i < blocks_of_a_pipe; ++i) {
        const ssize_t size = ::read(from, block.data(), block.size());
        if (size <= 0) return;
        if (!write_at_crash(to, {block.data(), static_cast<std::size_t>(size)})) return;
    }
}

void sleep_ms(int time) noexcept {
    const timespec span = {.tv_sec = 0, .tv_nsec = time * 1'000'000L};
    ::nanosleep(&span, nullptr);
}

void on_crash(int signal) noexcept {
    sleep_ms(pause_ms);
    if (const auto call = first_call.load()) call();
    copy(descriptors[0], descriptors[1]);
    copy(descriptors[2], descriptors[3]);
    ::raise(signal);  // the default again, as soon as this returns
}

}  // namespace

void drain_at_crash(Diverted out, Diverted err) {
    descriptors[0] = out.pipe;
    descriptors[1] = out.original;
    descriptors[2] = err.pipe;
    descriptors[3] = err.original;
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
        struct sigaction known {};
        if (::sigaction(signal, nullptr, &known) != 0 || known.sa_handler != SIG_DFL) continue;
        struct sigaction action {};
        action.sa_handler = on_crash;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(signal, &action, nullptr);
    }
}

void call_at_crash(void (*call)() noexcept) noexcept {
    first_call = call;
}

// A pipe that has room takes PIPE_BUF bytes at once, whether it blocks or not.
bool write_at_crash(int to, std::string_view text) noexcept {
    static std::atomic<bool> has_waited = false;  // so that it is waited for once in all
    while (!text.empty()) {
        pollfd room = {to, POLLOUT, 0};
        if (::poll(&room, 1, has_waited ? 0 : patience_ms) <= 0) {
            has_waited = true;
            return false;
        }
        const ssize_t size = ::write(to, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

bool lock_at_crash(std::mutex& mutex) noexcept {
    constexpr int attempts = 100;
    for (int i = 0; i < attempts; ++i) {
        if (mutex.try_lock()) return true;
        sleep_ms(1);
    }
    return false;
}

}  // namespace turngate

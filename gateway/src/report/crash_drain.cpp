// All of it may run in a signal handler.
#include "report/crash_drain.h"

#include <array>
#include <atomic>
#include <csignal>
#include <unistd.h>

namespace turngate {
namespace {

std::array<std::atomic<int>, 4> descriptors = {-1, -1, -1, -1};

struct LastWords {
    std::atomic<const char*> text = nullptr;
    std::atomic<std::size_t> size = 0;
    std::atomic<int> to = -1;
};
LastWords last_words;

// A child that goes on printing must not keep the process from its end.
constexpr int blocks_of_a_pipe = 17;

void copy(int from, int to) noexcept {
    std::array<char, 4096> block;
    for (int i = 0; i < blocks_of_a_pipe; ++i) {
        const ssize_t size = ::read(from, block.data(), block.size());
        if (size <= 0 || ::write(to, block.data(), static_cast<std::size_t>(size)) != size) return;
    }
}

void print_last_words() noexcept {
    const char* text = last_words.text;
    for (std::size_t left = last_words.size; left > 0;) {
        const ssize_t size = ::write(last_words.to, text, left);
        if (size <= 0) return;
        text += size;
        left -= static_cast<std::size_t>(size);
    }
}

void on_crash(int signal) noexcept {
    print_last_words();
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

void print_at_crash(std::string_view text, int to) {
    last_words.size = 0;
    last_words.to = to;
    last_words.text = text.data();
    last_words.size = text.size();
}

}  // namespace turngate

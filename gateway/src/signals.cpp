// Signals become bytes in a pipe, and a thread does what they say.
#include "signals.h"

#include <atomic>
#include <cerrno>
#include <unistd.h>

namespace turngate {
namespace {

constexpr std::array watched = {SIGTERM, SIGINT, SIGHUP};
constexpr char end_of_watch = 0;

// What a signal handler can reach.
std::atomic<int> pipe_of_signals = -1;
std::atomic<int> stop_signals = 0;

extern "C" void on_signal(int signal) {
    const int error = errno;
    if (signal != SIGHUP && stop_signals.fetch_add(1) > 0) ::_exit(128 + signal);
    const char byte = static_cast<char>(signal);
    (void)!::write(pipe_of_signals.load(), &byte, 1);
    errno = error;
}

}  // namespace

SignalWatch::SignalWatch(Door& door, std::function<void()> reload)
    : reload_(std::move(reload)), signals_(os::make_pipe()) {
    stop_signals = 0;
    os::set_nonblocking(signals_.write.get());  // a full pipe says enough
    pipe_of_signals = signals_.write.get();
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    const bool hears_hangup = reload_ && ::isatty(STDIN_FILENO) == 0;
    for (std::size_t i = 0; i < watched.size(); ++i) {
        ::sigaction(watched[i], nullptr, &before_[i]);
        if (watched[i] != SIGHUP || hears_hangup) ::sigaction(watched[i], &action, nullptr);
    }
    if (hears_hangup) reloads_ = std::thread([this] { reload_when_told(); });
    thread_ = std::thread([this, &door] { watch(door); });
}

SignalWatch::~SignalWatch() {
    for (std::size_t i = 0; i < watched.size(); ++i)
        ::sigaction(watched[i], &before_[i], nullptr);
    pipe_of_signals = -1;
    os::write_whole(signals_.write.get(), {&end_of_watch, 1});
    thread_.join();
    is_over_ = true;
    hangups_.release();
    if (reloads_.joinable()) reloads_.join();
}

void SignalWatch::watch(Door& door) {
    for (char signal = 0; os::read_some(signals_.read.get(), {&signal, 1}) == 1;) {
        if (signal == end_of_watch) return;
        if (signal == SIGHUP)
            hangups_.release();
        else
            door.stop();
    }
}

// Reloading may take its time, in which the door may have to stop.
void SignalWatch::reload_when_told() {
    for (;;) {
        hangups_.acquire();
        if (is_over_) return;
        reload_();
    }
}

bool is_told_to_stop() noexcept {
    return stop_signals > 0;
}

int serve_until_signal(Door& door, HandlerPtr handler) {
    const SignalWatch watch(door);
    return door.serve(std::move(handler));
}

}  // namespace turngate

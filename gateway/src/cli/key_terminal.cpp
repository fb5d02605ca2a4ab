// A terminal that gives each key as it is pressed.
#include "cli/key_terminal.h"

#include <cerrno>
#include <csignal>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>

extern char** environ;

namespace turngate::cli {
namespace {

// Milliseconds. A terminal sends a text at once; somebody who has pressed Alt-P goes on typing.
constexpr int text_pause = 100;

constexpr int kept_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT};

// For the signal handlers.
termios usual, keys;
volatile std::sig_atomic_t in_use = 0;  // the terminal is in the mode of `keys`
volatile std::sig_atomic_t has_resumed = 0;
volatile std::sig_atomic_t told_signal = 0;
const os::WakeUp* teller = nullptr;
struct sigaction before[std::size(kept_signals)];

void set(const termios& mode) noexcept {
    while (::tcsetattr(STDIN_FILENO, TCSANOW, &mode) != 0 && errno == EINTR) {
    }
}

// The signal does what it does when nobody handles it, to a process that has put the terminal back.
void act_as_usual(int signal) noexcept {
    const int error = errno;
    if (in_use != 0) set(usual);
    struct sigaction handled {
    }, standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(signal, &standard, &handled);
    sigset_t one, old;
    ::sigemptyset(&one);
    ::sigaddset(&one, signal);
    ::raise(signal);
    ::pthread_sigmask(SIG_UNBLOCK, &one, &old);  // here it stops or ends
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
    ::sigaction(signal, &handled, nullptr);
    errno = error;
}

// After SIGSTOP, too, which nobody hears of before: whoever had the terminal meanwhile has left it
// in a mode of his own.
void resume(int) noexcept {
    const int error = errno;
    if (in_use != 0) set(keys);
    has_resumed = 1;
    errno = error;
}

void tell(int signal) noexcept {
    told_signal = signal;
    teller->signal();
}

auto handler_of(int signal) noexcept {
    return signal == SIGINT || signal == SIGTERM ? tell : signal == SIGCONT ? resume : act_as_usual;
}

void handle(int signal, void (*handler)(int), struct sigaction& old) {
    ::sigaction(signal, nullptr, &old);
    if (old.sa_handler == SIG_IGN && signal != SIGCONT) return;
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
}

// A signal that is ignored for a while.
class Ignored {
  public:
    explicit Ignored(int signal) : signal_(signal) {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(signal, &ignore, &before_);
    }
    ~Ignored() { ::sigaction(signal_, &before_, nullptr); }
    Ignored(const Ignored&) = delete;
    Ignored& operator=(const Ignored&) = delete;

  private:
    int signal_;
    struct sigaction before_ {};
};

// The terminal as it was.
class Usual {
  public:
    Usual() {
        in_use = 0;
        set(usual);
    }
    ~Usual() {
        set(keys);
        in_use = 1;
    }
    Usual(const Usual&) = delete;
    Usual& operator=(const Usual&) = delete;
};

}  // namespace

KeyTerminal::KeyTerminal() {
    if (::tcgetattr(STDIN_FILENO, &usual) != 0)
        throw std::system_error(errno, std::generic_category(), "standard input");
    keys = usual;
    keys.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO));
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    has_resumed = 0;
    told_signal = 0;
    teller = &told_;
    for (std::size_t i = 0; i < std::size(kept_signals); ++i)
        handle(kept_signals[i], handler_of(kept_signals[i]), before[i]);
    in_use = 1;
    set(keys);
}

int KeyTerminal::signal() noexcept {
    return told_signal;
}

KeyTerminal::~KeyTerminal() {
    in_use = 0;
    set(usual);
    for (std::size_t i = 0; i < std::size(kept_signals); ++i)
        ::sigaction(kept_signals[i], &before[i], nullptr);
}

KeyTerminal::Told KeyTerminal::next(char& key) {
    constexpr char end_of_text = 4;  // Ctrl-D
    for (;;) {
        if (has_resumed != 0) {
            has_resumed = 0;
            return Told::resumed;
        }
        pollfd sources[] = {{STDIN_FILENO, POLLIN, 0}, {told_.fd(), POLLIN, 0}};
        const int ready =
            ::poll(sources, std::size(sources), sequence_.is_text() ? text_pause : -1);
        if (ready < 0) {
            if (errno == EINTR) continue;
            throw std::system_error(errno, std::generic_category(), "standard input");
        }
        if (ready == 0) {
            sequence_.end();
            continue;
        }
        if (sources[1].revents != 0) return Told::signal;
        char c = 0;
        const ssize_t n = ::read(STDIN_FILENO, &c, 1);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return Told::ended;
        if (sequence_.takes(c)) continue;
        if (c == end_of_text) return Told::ended;
        key = c;
        return Told::key;
    }
}

int KeyTerminal::run(const std::string& command) {
    const Usual mode;
    const Ignored interrupt(SIGINT), quit(SIGQUIT);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t standard;
    ::sigemptyset(&standard);
    for (const int signal : {SIGINT, SIGQUIT, SIGPIPE})
        ::sigaddset(&standard, signal);
    ::posix_spawnattr_setsigdefault(&attributes, &standard);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    std::string shell = "sh", option = "-c", words = command;
    char* arguments[] = {shell.data(), option.data(), words.data(), nullptr};
    pid_t child = 0;
    const int error = ::posix_spawn(&child, "/bin/sh", nullptr, &attributes, arguments, environ);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) throw std::system_error(error, std::generic_category(), "/bin/sh");
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace turngate::cli

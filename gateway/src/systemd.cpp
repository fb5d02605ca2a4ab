// The conventions of systemd, which are few: no library is needed.
#include "systemd.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate::systemd {
namespace {

constexpr int first_fd = 3;  // SD_LISTEN_FDS_START
constexpr std::uint64_t most_fds = 1024;

std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

// Takes variables out of the environment when it goes out of scope.
class Forget {
  public:
    explicit Forget(std::initializer_list<const char*> names) : names_(names) {}
    Forget(const Forget&) = delete;
    Forget& operator=(const Forget&) = delete;
    ~Forget() {
        for (const char* name : names_)
            ::unsetenv(name);
    }

  private:
    std::vector<const char*> names_;
};

std::uint64_t number(const std::string& name, const std::string& text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end)
        throw Error(name + '=' + text + " is wrong: expected a number");
    return value;
}

// True unless `name` says that what comes with it is another process's.
bool is_ours(const ReadVariable& get, const std::string& name) {
    const auto pid = get(name);
    return pid && number(name, *pid) == static_cast<std::uint64_t>(::getpid());
}

int option(int fd, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

void append_line(std::string& state, std::string_view name, std::string_view value) {
    state.append(name).push_back('=');
    for (char c : value)
        state += c == '\n' ? ' ' : c;
    state += '\n';
}

}  // namespace

std::vector<InheritedSocket> listen_sockets(const ReadVariable& get) {
    const auto count = get("LISTEN_FDS");
    if (!count || !is_ours(get, "LISTEN_PID")) return {};
    const std::uint64_t fds = number("LISTEN_FDS", *count);
    if (fds > most_fds) throw Error("LISTEN_FDS=" + *count + " is wrong: expected at most 1024");
    std::string names = get("LISTEN_FDNAMES").value_or("");
    std::vector<InheritedSocket> out;
    for (int fd = first_fd; fd < first_fd + static_cast<int>(fds); ++fd) {
        if (option(fd, SO_TYPE) != SOCK_STREAM || option(fd, SO_ACCEPTCONN) != 1)
            throw Error("LISTEN_FDS=" + *count + ": descriptor " + std::to_string(fd) +
                        " is no listening stream socket");
        const int flags = ::fcntl(fd, F_GETFD);
        ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
        const auto colon = names.find(':');
        out.push_back({fd, names.substr(0, colon)});
        names.erase(0, colon == names.npos ? colon : colon + 1);
    }
    return out;
}

std::vector<InheritedSocket> take_listen_sockets() {
    const Forget forget({"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"});
    return listen_sockets(variable);
}

Notifier::Notifier(const ReadVariable& get) {
    address_ = get("NOTIFY_SOCKET").value_or("");
    if (address_.empty()) return;
    if ((address_[0] != '/' && address_[0] != '@') || address_.size() < 2 ||
        address_.size() >= sizeof(sockaddr_un::sun_path))
        throw Error("NOTIFY_SOCKET=" + address_ +
                    " is wrong: expected an absolute path or @ and an abstract name");
    if (address_[0] == '@') address_[0] = '\0';
    const auto interval = get("WATCHDOG_USEC");
    if (!interval || interval->empty()) return;
    if (get("WATCHDOG_PID") && !is_ours(get, "WATCHDOG_PID")) return;
    constexpr std::uint64_t longest = 1'000'000ull * 3600 * 24 * 365;
    const std::uint64_t microseconds = number("WATCHDOG_USEC", *interval);
    if (microseconds == 0 || microseconds > longest)
        throw Error("WATCHDOG_USEC=" + *interval + " is wrong: expected microseconds above zero");
    watchdog_ = std::chrono::microseconds(microseconds);
}

Notifier Notifier::take() {
    const Forget forget({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"});
    return Notifier(variable);
}

void Notifier::ready(std::string_view status) const noexcept {
    std::string state = "READY=1\n";
    if (!status.empty()) append_line(state, "STATUS", status);
    send(state);
}

void Notifier::reloading() const noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000u +
                              static_cast<std::uint64_t>(now.tv_nsec) / 1000u;
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds) + "\n");
}

void Notifier::stopping() const noexcept {
    send("STOPPING=1\n");
}

void Notifier::status(std::string_view status) const noexcept {
    std::string state;
    append_line(state, "STATUS", status);
    send(state);
}

void Notifier::alive() const noexcept {
    send("WATCHDOG=1\n");
}

void Notifier::send(std::string_view state) const noexcept {
    if (!enabled()) return;
    const os::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un peer{};
    peer.sun_family = AF_UNIX;
    std::memcpy(peer.sun_path, address_.data(), address_.size());
    // A path ends with a NUL, an abstract name at its length.
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size() +
                                             (address_[0] == '\0' ? 0 : 1));
    // Lost if the manager has gone or does not read: nothing here depends on it.
    [[maybe_unused]] const ssize_t n = ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                                reinterpret_cast<const sockaddr*>(&peer), size);
}

Watchdog::Watchdog(const Notifier& notifier, std::function<bool()> is_alive) {
    const auto interval = notifier.watchdog();
    if (!interval) return;
    thread_ = std::jthread([this, &notifier, is_alive = std::move(is_alive),
                            pause = *interval / 2](const std::stop_token& end) {
        std::unique_lock lock(mutex_);
        while (!end.stop_requested()) {
            lock.unlock();
            if (is_alive()) notifier.alive();
            lock.lock();
            changed_.wait_for(lock, end, pause, [] { return false; });
        }
    });
}

}  // namespace turngate::systemd

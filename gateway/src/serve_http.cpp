// The HTTP door as a process.
#include "serve_http.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "cli/value.h"
#include <turngate/os/fd.h>

namespace turngate {
namespace {

// What a signal handler can reach. Set while a door is served.
std::atomic<const os::WakeUp*> signalled = nullptr;
std::atomic<int> signals = 0;

extern "C" void on_stop_signal(int signal) {
    if (signals.fetch_add(1) > 0) ::_exit(128 + signal);
    if (const os::WakeUp* wake = signalled.load()) wake->signal();
}

// Stops a door on SIGTERM and SIGINT for as long as it lives. One at a time.
class StopOnSignal {
  public:
    explicit StopOnSignal(Door& door) {
        signals = 0;
        signalled = &signal_;
        struct sigaction action {};
        action.sa_handler = on_stop_signal;
        action.sa_flags = SA_RESTART;
        ::sigaction(SIGTERM, &action, &before_[0]);
        ::sigaction(SIGINT, &action, &before_[1]);
        thread_ = std::thread([this, &door] {
            pollfd events[] = {{signal_.fd(), POLLIN, 0}, {end_.fd(), POLLIN, 0}};
            while (::poll(events, 2, -1) < 0) {
            }
            if (events[0].revents != 0) door.stop();
        });
    }
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;
    ~StopOnSignal() {
        ::sigaction(SIGTERM, &before_[0], nullptr);
        ::sigaction(SIGINT, &before_[1], nullptr);
        signalled = nullptr;
        end_.signal();
        thread_.join();
    }

  private:
    os::WakeUp signal_;
    os::WakeUp end_;
    std::array<struct sigaction, 2> before_;
    std::thread thread_;
};

std::vector<int> given_sockets() {
    const char* pid = std::getenv("LISTEN_PID");
    const char* count = std::getenv("LISTEN_FDS");
    std::vector<int> out;
    if (pid && count && std::to_string(::getpid()) == pid)
        for (int i = 0; i < std::atoi(count); ++i)
            out.push_back(3 + i);
    return out;
}

void say_ready() {
    const char* name = std::getenv("NOTIFY_SOCKET");
    if (!name) return;
    const os::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string_view(name).copy(address.sun_path, sizeof address.sun_path - 1);
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    ::sendto(
        fd.get(), "READY=1", 7, 0, reinterpret_cast<sockaddr*>(&address),
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::string_view(name).size()));
}

[[noreturn]] void refuse(const std::string& name, const std::string& value, const char* expected) {
    throw Error(name + "=" + value + " is wrong: expected " + expected);
}

}  // namespace

HttpOptions http_options(const std::function<std::optional<std::string>(const std::string&)>& get,
                         HttpOptions defaults) {
    HttpOptions out = std::move(defaults);
    auto duration = [&](const std::string& name, std::chrono::milliseconds& into) {
        const auto text = get(name);
        if (!text || text->empty()) return;
        const auto value = cli::parse_duration(*text);
        if (!value || *value <= std::chrono::nanoseconds(0))
            refuse(name, *text, "a duration, as 10s or 500ms");
        into = std::chrono::ceil<std::chrono::milliseconds>(*value);
    };
    auto size = [&]<class T>(const std::string& name, T& into) {
        const auto text = get(name);
        if (!text || text->empty()) return;
        const auto value = cli::parse_size(*text);
        if (!value || *value == 0) refuse(name, *text, "a size above zero, as 10MiB");
        into = *value;
    };
    duration("TURNGATE_HEADER_TIMEOUT", out.header_timeout);
    duration("TURNGATE_BODY_TIMEOUT", out.body_timeout);
    duration("TURNGATE_WRITE_TIMEOUT", out.write_timeout);
    duration("TURNGATE_DRAIN_TIMEOUT", out.drain_timeout);
    duration("TURNGATE_TIMEOUT", out.request_timeout);
    size("TURNGATE_REQUEST_LINE", out.request_line);
    size("TURNGATE_HEADER_SIZE", out.header_size);
    size("TURNGATE_HEADER_COUNT", out.header_count);
    size("TURNGATE_MAX_BODY", out.max_body);
    size("TURNGATE_MAX_CONNECTIONS", out.max_connections);

    const std::string port = get("PORT").value_or("");
    const std::string host = get("HOST").value_or("");
    if (!port.empty()) {
        const auto number = cli::parse_number(port);
        if (!number || *number < 0 || *number > 65535)
            refuse("PORT", port, "a number from 0 to 65535");
    }
    if (!port.empty() || !host.empty()) {
        const bool bare_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
        out.listen = {(bare_ipv6 ? '[' + host + ']' : host) + ':' + (port.empty() ? "8080" : port)};
    }
    return out;
}

int serve_until_signal(Door& door, HandlerPtr handler) {
    const StopOnSignal stop(door);
    return door.serve(std::move(handler));
}

int serve_http(HandlerPtr handler, HttpOptions options,
               const std::function<void(const std::string& address)>& listening) {
    options.inherited = given_sockets();
    const auto door = http_door(std::move(options));
    const StopOnSignal stop(*door);  // first: who hears that we listen may stop us
    if (listening) listening(door->addresses().front());
    say_ready();
    return door->serve(std::move(handler));
}

}  // namespace turngate

// Stream sockets by numeric address.
#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include <turngate/http/error.h>
#include <turngate/os/socket.h>

namespace turngate::os {
namespace {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
};

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

SocketAddress resolve(const Address& address, const char* any_host) {
    SocketAddress out;
    if (!address.path.empty()) {
        sockaddr_un un{};
        if (address.path.size() >= sizeof un.sun_path)
            throw std::invalid_argument("a Unix socket's path may have " +
                                        std::to_string(sizeof un.sun_path - 1) +
                                        " bytes: " + address.path);
        un.sun_family = AF_UNIX;
        std::memcpy(un.sun_path, address.path.data(), address.path.size());
        std::memcpy(&out.storage, &un, sizeof un);
        out.size =
            static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.path.size() + 1);
        return out;
    }
    const std::string host = address.host.empty() ? any_host : address.host;
    const auto port = htons(static_cast<std::uint16_t>(address.port));
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = port;
        std::memcpy(&out.storage, &v4, sizeof v4);
        out.size = sizeof v4;
    } else if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = port;
        std::memcpy(&out.storage, &v6, sizeof v6);
        out.size = sizeof v6;
    } else {
        throw std::invalid_argument("not a numeric IP address: " + host);
    }
    return out;
}

Fd open_socket(const SocketAddress& address, int flags, const std::string& what) {
    Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!fd) fail(what);
    int on = 1;
    if (address.family() != AF_UNIX)
        ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// Containers are often without.
bool has_ipv6() {
    return static_cast<bool>(Fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)));
}

// A socket file is left behind by a process that was killed. Only a socket, and only one that
// refuses connections, is removed.
void remove_stale(const SocketAddress& address, const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
    Fd probe = open_socket(address, SOCK_NONBLOCK, path);
    if (::connect(probe.get(), address.get(), address.size) != 0 && errno == ECONNREFUSED)
        ::unlink(path.c_str());
}

void bind_to(int fd, const SocketAddress& to, const Address& address, const std::string& what) {
    if (!address.path.empty()) {
        remove_stale(to, address.path);
        // On Linux the socket file takes the mode of the descriptor, less the umask: nobody else
        // can connect, not even between bind() and a chmod().
        ::fchmod(fd, 0600);
    } else {
        int on = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    if (::bind(fd, to.get(), to.size) != 0) fail(what);
}

Address from_socket(const SocketAddress& from) {
    Address out;
    char text[INET6_ADDRSTRLEN] = "";
    if (from.family() == AF_UNIX) {
        sockaddr_un un{};
        std::memcpy(&un, &from.storage, sizeof un);
        // One that another program has bound may fill its place, without a NUL.
        out.path.assign(un.sun_path, ::strnlen(un.sun_path, sizeof un.sun_path));
    } else if (from.family() == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &from.storage, sizeof v4);
        out.host = ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
        out.port = ntohs(v4.sin_port);
    } else {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &from.storage, sizeof v6);
        out.host = ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
        out.port = ntohs(v6.sin6_port);
    }
    return out;
}

}  // namespace

Address Address::parse(std::string_view text) {
    auto refuse = [&](const char* why) {
        return std::invalid_argument("\"" + std::string(text) + "\" is no address: " + why);
    };
    Address out;
    if (text.starts_with("unix:")) {
        out.path = text.substr(5);
        if (out.path.empty()) throw refuse("the path of the Unix socket is missing");
        if (out.path.find('\0') != std::string::npos) throw refuse("its path has a NUL");
        return out;
    }
    std::string_view host, port = text;
    if (auto colon = text.rfind(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (host.starts_with('[') && host.ends_with(']') && host.size() > 2)
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        throw refuse("an IPv6 address stands in brackets, as in [::1]:8080");
    auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc() || end != port.data() + port.size() || out.port < 0 ||
        out.port > 65535)
        throw refuse("expected unix:PATH, HOST:PORT or PORT, a port being 0 to 65535");
    out.host = host == "localhost" ? "127.0.0.1" : host;
    in6_addr ignored;
    if (!out.host.empty() && ::inet_pton(AF_INET, out.host.c_str(), &ignored) != 1 &&
        ::inet_pton(AF_INET6, out.host.c_str(), &ignored) != 1)
        throw refuse("the host must be a numeric IP address or localhost");
    return out;
}

std::string Address::text() const {
    if (!path.empty()) return "unix:" + path;
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Fd listen_on(const Address& address, int backlog, const SocketAccess& access) {
    const std::string what = "cannot listen on " + address.text();
    const SocketAddress to = resolve(address, has_ipv6() ? "::" : "0.0.0.0");
    Fd fd = open_socket(to, 0, what);
    if (to.family() == AF_INET6 && address.host.empty()) {
        int off = 0;  // every interface means those of IPv4 too
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    bind_to(fd.get(), to, address, what);
    // Whatever the umask is. Nobody can connect before there is a listener.
    if (!address.path.empty() && access.group &&
        ::chown(address.path.c_str(), static_cast<uid_t>(-1), *access.group) != 0)
        fail("cannot give " + address.path + " to the group " + std::to_string(*access.group));
    if (!address.path.empty() && access.mode != 0600 &&
        ::chmod(address.path.c_str(), access.mode) != 0)
        fail("cannot change the mode of " + address.path);
    if (::listen(fd.get(), backlog) != 0) fail(what);
    return fd;
}

Fd connect_to(const Address& address, std::chrono::milliseconds timeout,
              const std::stop_token& stop) {
    const std::string what = "cannot connect to " + address.text();
    const SocketAddress to = resolve(address, "127.0.0.1");
    Fd fd = open_socket(to, SOCK_NONBLOCK, what);
    const auto until = std::chrono::steady_clock::now() + timeout;
    auto left = [&] {
        auto ms =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        return static_cast<int>(std::clamp<std::int64_t>(ms.count(), 0, INT_MAX));
    };
    auto timed_out = [&] {
        errno = ETIMEDOUT;
        fail(what);
    };
    while (::connect(fd.get(), to.get(), to.size) != 0) {
        if (errno == EINTR || errno == EINPROGRESS) {
            std::optional<WakeUp> cancelled;
            if (stop.stop_possible()) cancelled.emplace();
            const std::stop_callback wake(stop, [&] { cancelled->signal(); });
            pollfd events[] = {{fd.get(), POLLOUT, 0},
                               {cancelled ? cancelled->fd() : -1, POLLIN, 0}};
            int n;
            while ((n = ::poll(events, 2, left())) < 0 && errno == EINTR) {
            }
            if (n < 0) fail(what);
            if (n == 0) timed_out();
            if (events[1].revents != 0) throw Cancelled("connecting was cancelled");
            int error = 0;
            socklen_t size = sizeof error;
            ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
            if (error == 0) break;
            errno = error;
            fail(what);
        }
        // A Unix socket whose backlog is full says EAGAIN and gives no event to wait for.
        if (errno != EAGAIN) fail(what);
        if (left() == 0) fail(what);
        if (stop.stop_requested()) throw Cancelled("connecting was cancelled");
        ::poll(nullptr, 0, 2);
    }
    if (::fcntl(fd.get(), F_SETFL, 0) != 0) fail(what);  // O_NONBLOCK was all that was set
    return fd;
}

Fd accept_from(int listener) {
    Fd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) {
        // accept(2): errors of the new connection are to be treated like EAGAIN.
        for (int gone : {EAGAIN, EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN,
                         EHOSTUNREACH, ENOPROTOOPT, EOPNOTSUPP, ETIMEDOUT})
            if (errno == gone) return {};
        fail("accept");
    }
    int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // refused by a Unix socket
    return fd;
}

Address local_address(int socket) {
    SocketAddress address;
    address.size = sizeof address.storage;
    if (::getsockname(socket, address.get(), &address.size) != 0) fail("getsockname");
    return from_socket(address);
}

std::string peer_host(int socket) {
    SocketAddress address;
    address.size = sizeof address.storage;
    if (::getpeername(socket, address.get(), &address.size) != 0) fail("getpeername");
    std::string host = from_socket(address).host;
    // An IPv4 client of an IPv6 listener (RFC 4291 section 2.5.5.2).
    return host.starts_with("::ffff:") ? host.substr(7) : host;
}

}  // namespace turngate::os

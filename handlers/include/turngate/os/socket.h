// Stream sockets by numeric address, without a resolver: what a static build can do alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <turngate/os/fd.h>

namespace turngate::os {

// Where to connect to or listen: a Unix socket's path, or a numeric IP address and a port.
struct Address {
    std::string path = {};  // of a Unix socket; empty: TCP
    std::string host =
        {};        // "127.0.0.1", "::1"; empty: every interface (listen), loopback (connect)
    int port = 0;  // 0: the kernel chooses (listen)

    // "unix:/run/app.sock", "127.0.0.1:80", "[::1]:80", "localhost:80", ":80" and "80". The only
    // name known is localhost, which is 127.0.0.1. Throws std::invalid_argument naming the rule.
    static Address parse(std::string_view text);

    // As parse() takes it.
    std::string text() const;

    bool operator==(const Address&) const = default;
};

// Of a Unix socket: who may write to it may connect.
struct SocketAccess {
    unsigned mode = 0600;
    std::optional<std::uint32_t> group = {};  // its id; absent: ours, or the directory's
};

// Both are close-on-exec and have TCP_NODELAY. Throw std::system_error that names the address.
// A stale Unix socket, to which nobody listens, is replaced; the new one has `access`.
Fd listen_on(const Address& address, int backlog = 511, const SocketAccess& access = {});

// Past `timeout` the error is ETIMEDOUT, or EAGAIN where the backlog of a Unix socket is still
// full; throws Cancelled once `stop` is requested.
Fd connect_to(const Address& address, std::chrono::milliseconds timeout,
              const std::stop_token& stop = {});

// Waits for a connection on a listener. Empty when the connection was gone again, or when there
// was none on a non-blocking listener. Throws std::system_error, for example for EMFILE.
Fd accept_from(int listener);

// The address a socket is bound to: tells the port the kernel chose.
Address local_address(int socket);

// The peer's IP address without a port; empty for a Unix socket.
std::string peer_host(int socket);

}  // namespace turngate::os

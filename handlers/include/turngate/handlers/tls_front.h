// TLS in front of a server of this process that speaks without: for platforms whose callers show
// certificates.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace turngate {

// PEM files.
struct TlsFiles {
    std::string certificate;  // ours, with those between it and the authority behind it
    std::string key;          // without a passphrase
    std::string ca = {};      // who signs the certificates of clients; empty: they need none

    bool operator==(const TlsFiles&) const = default;
};

struct TlsFrontOptions {
    std::string listen;  // as os::Address::parse() takes it
    std::string server;  // the same; who can reach it needs no certificate: a Unix socket
    TlsFiles files;
    // Who comes then waits in the kernel, or takes the place of the oldest that has not shown who
    // it is yet: strangers keep nobody out.
    std::size_t max_connections = 64;
    std::chrono::milliseconds handshake_timeout{10'000};  // as a whole
    // Why a client was turned away, one clause. Called on the thread of the front.
    std::function<void(std::string_view why)> refused = {};
};

// TLS 1.2 or 1.3, of HTTP/2 where the client asks for a protocol (ALPN). One thread for all
// connections; what neither side takes is not read from the other, but for 100 KB of each
// connection.
class TlsFront {
  public:
    virtual ~TlsFront() = default;  // connections break off

    // Where it listens, with the port that the kernel chose.
    virtual const std::string& address() const noexcept = 0;

    // Accepts nobody any more, and returns once every connection has ended, after `patience` at the
    // latest: for when the server has ended them.
    virtual void drain(std::chrono::milliseconds patience) = 0;
};

// Listens at once. Throws Error that names the file which is wrong, or says that this program
// cannot speak TLS; std::system_error that names the address; std::invalid_argument for an address
// that is none.
std::unique_ptr<TlsFront> tls_front(TlsFrontOptions options);

}  // namespace turngate

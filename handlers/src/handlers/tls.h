// TLS towards servers: what lies between HTTP and the socket of a connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace turngate {

// One connection whose handshake is done. Neither call waits. Thread-safe: one thread may send
// while another receives.
class TlsStream {
  public:
    virtual ~TlsStream() = default;

    // Takes of `parts` what the peer has room for, a buffer's fill more, and returns how much that
    // was. Throws std::system_error.
    virtual std::size_t send_now(std::span<const std::string_view> parts) = 0;

    // Whether something that was taken has not gone out yet: send_now(), and receive_now() as well,
    // send what goes.
    virtual bool has_unsent() const noexcept = 0;

    struct Piece {
        std::size_t size = 0;   // bytes of it; 0: nothing is here now, or it is the end
        bool is_end = false;    // the peer has said that no more will come (close_notify)
        bool has_more = false;  // the socket need not have news: ask again before waiting for it
    };

    // Throws std::system_error, ECONNRESET where the connection ended without a word of the peer:
    // what came before may have been cut off by anyone.
    virtual Piece receive_now(std::span<char> into) = 0;

    // True if nothing waits to be read, not even the end.
    virtual bool is_quiet() noexcept = 0;

    // Tells the peer that no more will come from us.
    virtual void end_output() noexcept = 0;
};

// What connections to one server have in common: its name, which its certificate must have, and
// sessions to go on with, which spares the next handshake its most expensive part. Thread-safe.
class TlsClient {
  public:
    using Clock = std::chrono::steady_clock;

    virtual ~TlsClient() = default;

    // The handshake over `fd`, which is connected and must outlive the stream. Null once it is
    // `until`. Throws Cancelled; std::system_error if the connection breaks; Error, one clause, if
    // there is no agreement or the server is not who it should be.
    virtual std::unique_ptr<TlsStream> shake_hands(int fd, Clock::time_point until,
                                                   const std::stop_token& stop) = 0;
};

// TLS 1.2 or 1.3 with the server `host`, a name or an address. Its certificate must come from an
// authority that the system trusts, or SSL_CERT_FILE or SSL_CERT_DIR, which are looked at once.
// Throws Error if this program cannot speak TLS.
std::shared_ptr<TlsClient> tls_client(const std::string& host);

}  // namespace turngate

// The socket below OpenSSL: never waits, never raises SIGPIPE.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tls_library.h"

namespace turngate {

// Bytes of the peer are read as OpenSSL asks for them. Ours are collected, for OpenSSL could not
// take back a record of which the socket has taken a part. Not thread-safe.
class TlsTransport {
  public:
    explicit TlsTransport(int fd) noexcept : fd_(fd) {}
    TlsTransport(const TlsTransport&) = delete;
    TlsTransport& operator=(const TlsTransport&) = delete;

    // A new one, the caller's; this must outlive it. Throws Error.
    BIO* make_bio();

    // Sends what the socket takes of what there is. Throws std::system_error.
    void flush();

    // The same for who is about to read: where the peer takes nothing more, what it has said before
    // tells why.
    void try_flush() noexcept;

    std::size_t unsent() const noexcept { return out_.size() - sent_; }

    // Reads so much at most before the next call of this: a peer whose records carry nothing (other
    // keys, again and again) would keep OpenSSL reading for as long as it sends.
    void begin_reading() noexcept { may_read_ = most_read; }

    // The last read was filled: there may be more in the socket.
    bool may_have_more() const noexcept { return may_have_more_; }

    bool has_ended() const noexcept { return has_ended_; }  // the connection, from the peer's side
    int error() const noexcept { return error_; }           // errno of a read; 0: none

    // For OpenSSL: as read(2), and as a write(2) that takes all, unless so much is unsent that it
    // can only be answers to such a peer.
    int read(char* into, int size) noexcept;
    int write(std::string_view bytes) noexcept;

  private:
    static constexpr int most_read = 1 << 20;
    static constexpr std::size_t most_unsent = 1 << 20;

    const int fd_;
    std::string out_;
    std::size_t sent_ = 0;  // of it
    int may_read_ = most_read;
    bool may_have_more_ = false;
    bool has_ended_ = false;
    int error_ = 0;
};

}  // namespace turngate

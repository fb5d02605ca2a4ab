// One client of a TlsFront.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <poll.h>
#include <string>

#include "tls_transport.h"
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

namespace turngate {

// Carries bytes both ways, and the end of each. Not thread-safe; nothing waits.
class TlsRelay {
  public:
    using Clock = std::chrono::steady_clock;

    // `client` is connected and does not block. The handshake may take until `until`.
    TlsRelay(os::Fd client, SSL_CTX* context, Clock::time_point until);
    TlsRelay(const TlsRelay&) = delete;
    TlsRelay& operator=(const TlsRelay&) = delete;

    // Does what can be done now; false when it is over. Connects to `server` behind the handshake.
    // Throws Error, one clause, why the client is turned away; std::system_error.
    bool go_on(const os::Address& server);

    // The client's, then the server's, which is -1 before there is one.
    std::array<pollfd, 2> wanted() const noexcept;

    bool has_shaken_hands() const noexcept { return static_cast<bool>(server_); }

    // There is more to be done without waiting.
    bool is_pressed() const noexcept { return is_pressed_; }

    // When go_on() is due even if nothing happens.
    Clock::time_point until() const noexcept { return until_; }

  private:
    struct Deleter {
        void operator()(SSL* ssl) const { tls_library().SSL_free(ssl); }
    };

    bool shake_hands();
    bool carry_up();
    bool carry_down();
    bool send_up();
    bool read_client();
    void end_down();

    const os::Fd client_;
    os::Fd server_;
    TlsTransport transport_;
    const std::unique_ptr<SSL, Deleter> ssl_;
    Clock::time_point until_;
    std::string up_;  // for the server
    bool has_client_ended_ = false;
    bool has_server_ended_ = false;
    bool is_broken_ = false;
    bool is_pressed_ = false;
};

}  // namespace turngate

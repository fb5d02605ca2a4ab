// A connection encrypted by OpenSSL.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <system_error>

#include "tls.h"
#include "tls_context.h"
#include "tls_sessions.h"
#include "tls_transport.h"

namespace turngate {

class OpenSslStream final : public TlsStream, private SessionTaker {
  public:
    // Asks for a certificate of `host`. Throws Error.
    OpenSslStream(int fd, const std::string& host, std::shared_ptr<TlsSessions> sessions);
    OpenSslStream(const OpenSslStream&) = delete;
    OpenSslStream& operator=(const OpenSslStream&) = delete;
    ~OpenSslStream() override;

    // As TlsClient's. False once it is `until`. REQUIRES that nothing else is called before.
    bool shake_hands(TlsClient::Clock::time_point until, const std::stop_token& stop);

    std::size_t send_now(std::span<const std::string_view> parts) override;
    bool has_unsent() const noexcept override;
    Piece receive_now(std::span<char> into) override;
    bool is_quiet() noexcept override;
    void end_output() noexcept override;

  private:
    void take_session(SSL_SESSION* session) noexcept override;
    Piece read(std::span<char> into);
    void expect(const std::string& host);
    std::system_error failure() const;

    const TlsLibrary& tls_;
    const int fd_;
    const std::string host_;
    const std::shared_ptr<TlsSessions> sessions_;
    mutable std::mutex mutex_;  // of the rest
    TlsTransport transport_;
    SSL* ssl_;
    std::optional<std::system_error> failure_;  // of reading, to be told again
};

}  // namespace turngate

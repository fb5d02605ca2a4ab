#include "tls_relay.h"

#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "tls_context.h"
#include <turngate/http/error.h>
#include <turngate/os/direct_io.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t block_size = 16 * 1024;
constexpr std::size_t most_unsent = 64 * 1024;
constexpr int most_rounds = 16;  // before others have their turn
// For the last bytes to arrive: a socket that is closed while there is something to read in it
// takes them back.
constexpr auto farewell = 5s;

// -1 for an end or nothing, which `errno` tells: 0, EAGAIN.
template <class Call>
ssize_t uninterrupted(Call call) {
    for (;;) {
        const ssize_t n = call();
        if (n >= 0 || errno != EINTR) return n;
    }
}

SSL* make_ssl(SSL_CTX* context, TlsTransport& transport) {
    const TlsLibrary& tls = tls_library();
    SSL* const ssl = tls.SSL_new(context);
    if (!ssl) throw std::bad_alloc();
    try {
        BIO* const bio = transport.make_bio();
        tls.SSL_set_bio(ssl, bio, bio);
    } catch (...) {
        tls.SSL_free(ssl);
        throw;
    }
    return ssl;
}

}  // namespace

TlsRelay::TlsRelay(os::Fd client, SSL_CTX* context, Clock::time_point until)
    : client_(std::move(client)),
      transport_(client_.get()),
      ssl_(make_ssl(context, transport_)),
      until_(until) {}

bool TlsRelay::go_on(const os::Address& server) {
    if (!server_) {
        if (!shake_hands()) {
            if (Clock::now() >= until_) throw Error("its handshake takes too long");
            return true;
        }
        server_ = os::connect_to(server, 1s);
        os::set_nonblocking(server_.get());
        until_ = Clock::time_point::max();
    }
    is_pressed_ = true;
    for (int round = 0; is_pressed_ && round < most_rounds; ++round) {
        const bool has_carried = carry_up();
        is_pressed_ = carry_down() || has_carried;
    }
    if (!has_server_ended_) return !is_broken_;
    const bool has_sent = transport_.unsent() == 0;
    if (has_sent) ::shutdown(client_.get(), SHUT_WR);
    return !is_broken_ && !(has_sent && has_client_ended_) && Clock::now() < until_;
}

// False if it goes on once there is more.
bool TlsRelay::shake_hands() {
    const TlsLibrary& tls = tls_library();
    transport_.begin_reading();
    tls.ERR_clear_error();
    const int n = tls.SSL_accept(ssl_.get());
    const int error = tls.SSL_get_error(ssl_.get(), n);
    const std::string why = n == 1 ? "" : tls_reason();
    transport_.try_flush();  // an alert says why, too
    if (n == 1) return true;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
    if (transport_.has_ended() || transport_.error() != 0)
        throw Error("it left in the middle of the TLS handshake");
    throw Error("the TLS handshake failed (" + why + ')');
}

// These two are false if nothing was to be carried.
bool TlsRelay::carry_up() {
    if (!send_up() || has_client_ended_) return false;
    const bool has_read = read_client();
    return send_up() && has_read;
}

bool TlsRelay::carry_down() {
    const TlsLibrary& tls = tls_library();
    transport_.try_flush();
    if (has_server_ended_ || transport_.unsent() >= most_unsent) return false;
    std::array<char, block_size> block;
    const ssize_t n = uninterrupted(
        [&] { return os::receive(server_.get(), block.data(), block.size(), MSG_DONTWAIT); });
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) {
        end_down();
        return true;
    }
    tls.ERR_clear_error();
    if (tls.SSL_write(ssl_.get(), block.data(), static_cast<int>(n)) != n) is_broken_ = true;
    transport_.try_flush();
    return !is_broken_;
}

void TlsRelay::end_down() {
    has_server_ended_ = true;
    until_ = Clock::now() + farewell;
    tls_library().ERR_clear_error();
    tls_library().SSL_shutdown(ssl_.get());
    transport_.try_flush();
}

// True if the server has taken all that there is for it.
bool TlsRelay::send_up() {
    if (up_.empty()) return true;
    const ssize_t n = uninterrupted([&] {
        return os::send(server_.get(), up_.data(), up_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    });
    if (n > 0) up_.erase(0, static_cast<std::size_t>(n));
    // A server that takes nothing more may have said why: its end is what ends this.
    if (n < 0 && errno != EAGAIN) up_.clear();
    return up_.empty();
}

// An end of the connection is as good as TLS's own (SSL_OP_IGNORE_UNEXPECTED_EOF): HTTP/2 tells by
// itself what is whole.
bool TlsRelay::read_client() {
    const TlsLibrary& tls = tls_library();
    std::array<char, block_size> block;
    transport_.begin_reading();
    tls.ERR_clear_error();
    const int n = tls.SSL_read(ssl_.get(), block.data(), static_cast<int>(block.size()));
    const int error = tls.SSL_get_error(ssl_.get(), n);
    transport_.try_flush();  // what OpenSSL answers by itself
    if (n > 0) {
        if (!has_server_ended_) up_.assign(block.data(), static_cast<std::size_t>(n));
        return true;
    }
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
    has_client_ended_ = true;
    if (error == SSL_ERROR_ZERO_RETURN)
        ::shutdown(server_.get(), SHUT_WR);
    else
        is_broken_ = true;
    return true;
}

std::array<pollfd, 2> TlsRelay::wanted() const noexcept {
    // Of who is asked for nothing poll() would tell an error again and again.
    const auto wish = [](const os::Fd& fd, bool reads, bool writes) -> pollfd {
        const int events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
        return {events != 0 ? fd.get() : -1, static_cast<short>(events), 0};
    };
    const std::size_t unsent = transport_.unsent();
    return {wish(client_, up_.empty() && !has_client_ended_, unsent > 0),
            wish(server_, server_ && !has_server_ended_ && unsent < most_unsent, !up_.empty())};
}

}  // namespace turngate

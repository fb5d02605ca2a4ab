// OpenSSL's state machine between memory and a socket; each call under the lock, none of them
// waits.
#include "tls_stream.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <new>
#include <poll.h>

#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

constexpr std::size_t record_size = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t sent_at_once = 64 * 1024;

bool waits(int error) noexcept {
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

}  // namespace

OpenSslStream::OpenSslStream(int fd, const std::string& host, std::shared_ptr<TlsSessions> sessions)
    : tls_(tls_library()),
      fd_(fd),
      host_(host),
      sessions_(std::move(sessions)),
      transport_(fd),
      ssl_(tls_.SSL_new(tls_context())) {
    if (!ssl_) throw std::bad_alloc();
    try {
        BIO* const bio = transport_.make_bio();
        tls_.SSL_set_bio(ssl_, bio, bio);
        expect(host);
    } catch (...) {
        tls_.SSL_free(ssl_);
        throw;
    }
    tls_.SSL_set_ex_data(ssl_, session_taker_index, static_cast<SessionTaker*>(this));
    if (const TlsSessions::Session known = sessions_->take())
        tls_.SSL_set_session(ssl_, known.get());
}

OpenSslStream::~OpenSslStream() {
    tls_.SSL_free(ssl_);
}

// The certificate is for the address or the name; only a name is told to the server (RFC 6066
// section 3).
void OpenSslStream::expect(const std::string& host) {
    if (tls_.X509_VERIFY_PARAM_set1_ip_asc(tls_.SSL_get0_param(ssl_), host.c_str()) == 1) return;
    const std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    std::string told = name;  // which OpenSSL copies, though it does not say so
    tls_.SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (name.empty() || tls_.SSL_set1_host(ssl_, name.c_str()) != 1 ||
        tls_.SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, told.data()) !=
            1)
        throw Error('"' + host + "\" is no name that a certificate can be for");
}

bool OpenSslStream::shake_hands(TlsClient::Clock::time_point until, const std::stop_token& stop) {
    std::optional<os::WakeUp> cancelled;
    if (stop.stop_possible()) cancelled.emplace();
    const std::stop_callback wake(stop, [&] { cancelled->signal(); });
    for (;;) {
        transport_.begin_reading();
        tls_.ERR_clear_error();
        const int n = tls_.SSL_connect(ssl_);
        const int error = tls_.SSL_get_error(ssl_, n);
        if (n == 1 || !waits(error)) {
            const std::string why = n == 1 ? "" : tls_refusal(ssl_, host_);
            transport_.try_flush();
            if (n == 1) return true;
            if (transport_.error() != 0) throw failure();
            if (transport_.has_ended())
                throw Error("the server closed the connection in the middle of the TLS handshake");
            throw Error(why);
        }
        transport_.try_flush();
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - TlsClient::Clock::now());
        if (left.count() <= 0) return false;
        const short events = transport_.unsent() > 0 ? POLLIN | POLLOUT : POLLIN;
        pollfd waited[] = {{fd_, events, 0}, {cancelled ? cancelled->fd() : -1, POLLIN, 0}};
        ::poll(waited, 2, static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
        if (stop.stop_requested())
            throw Cancelled("the request was cancelled during the TLS handshake");
    }
}

std::size_t OpenSslStream::send_now(std::span<const std::string_view> parts) {
    const std::lock_guard lock(mutex_);
    transport_.flush();
    if (transport_.unsent() > 0) return 0;
    std::size_t taken = 0;
    for (std::string_view part : parts) {
        while (!part.empty()) {
            if (transport_.unsent() >= sent_at_once) transport_.flush();
            if (transport_.unsent() >= sent_at_once) return taken;
            const auto size = static_cast<int>(std::min(part.size(), record_size));
            tls_.ERR_clear_error();
            const int n = tls_.SSL_write(ssl_, part.data(), size);
            if (n <= 0)
                throw std::system_error(EPROTO, std::generic_category(), "TLS: " + tls_reason());
            taken += static_cast<std::size_t>(n);
            part.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    transport_.flush();
    return taken;
}

bool OpenSslStream::has_unsent() const noexcept {
    const std::lock_guard lock(mutex_);
    return transport_.unsent() > 0;
}

TlsStream::Piece OpenSslStream::receive_now(std::span<char> into) {
    const std::lock_guard lock(mutex_);
    if (failure_) throw std::system_error(*failure_);
    transport_.try_flush();
    const Piece out = read(into);
    transport_.try_flush();  // what OpenSSL has answered by itself, as to a wish for other keys
    if (out.size == 0 && failure_) throw std::system_error(*failure_);
    return out;
}

TlsStream::Piece OpenSslStream::read(std::span<char> into) {
    Piece out;
    transport_.begin_reading();
    while (out.size < into.size()) {
        tls_.ERR_clear_error();
        const int n =
            tls_.SSL_read(ssl_, into.data() + out.size, static_cast<int>(into.size() - out.size));
        if (n > 0) {
            out.size += static_cast<std::size_t>(n);
            if (tls_.SSL_has_pending(ssl_) == 1) continue;
            out.has_more = transport_.may_have_more();
            return out;
        }
        const int error = tls_.SSL_get_error(ssl_, n);
        if (waits(error)) return out;
        const bool is_end = error == SSL_ERROR_ZERO_RETURN && !transport_.has_ended();
        if (!is_end) failure_ = failure();
        out.is_end = is_end && out.size == 0;
        out.has_more = true;  // an end, or a failure
        return out;
    }
    out.has_more = true;
    return out;
}

std::system_error OpenSslStream::failure() const {
    const auto make = [](int error, const std::string& what) {
        return std::system_error(error, std::generic_category(), what);
    };
    if (transport_.error() != 0) return make(transport_.error(), "recv");
    if (transport_.has_ended())
        return make(ECONNRESET,
                    "the end of the connection is none of TLS (no close_notify), and "
                    "may be a cut");
    return make(EPROTO, "TLS: " + tls_reason());
}

bool OpenSslStream::is_quiet() noexcept {
    const std::lock_guard lock(mutex_);
    if (failure_ || transport_.unsent() > 0) return false;
    char byte;
    transport_.begin_reading();
    tls_.ERR_clear_error();
    const int n = tls_.SSL_peek(ssl_, &byte, 1);
    const bool waits_on = n <= 0 && waits(tls_.SSL_get_error(ssl_, n));
    transport_.try_flush();
    return waits_on && transport_.unsent() == 0;
}

void OpenSslStream::end_output() noexcept {
    const std::lock_guard lock(mutex_);
    tls_.ERR_clear_error();
    tls_.SSL_shutdown(ssl_);
    transport_.try_flush();
}

void OpenSslStream::take_session(SSL_SESSION* session) noexcept {
    sessions_->put(TlsSessions::Session(session));
}

}  // namespace turngate

#include "tls_transport.h"

#include <cerrno>
#include <new>
#include <system_error>

#include <turngate/http/error.h>
#include <turngate/os/direct_io.h>

namespace turngate {
namespace {

TlsTransport& transport_of(BIO* bio) {
    return *static_cast<TlsTransport*>(tls_library().BIO_get_data(bio));
}

int write_to(BIO* bio, const char* bytes, int size) {
    return transport_of(bio).write({bytes, static_cast<std::size_t>(size)});
}

int read_from(BIO* bio, char* into, int size) {
    const TlsLibrary& tls = tls_library();
    TlsTransport& transport = transport_of(bio);
    tls.BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    const int n = transport.read(into, size);
    if (n < 0 && transport.error() == 0)
        tls.BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
    return n;
}

long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return transport_of(bio).has_ended() ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
    const TlsLibrary& tls = tls_library();
    BIO_METHOD* const method =
        tls.BIO_meth_new(tls.BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "turngate");
    if (!method) throw std::bad_alloc();
    tls.BIO_meth_set_write(method, write_to);
    tls.BIO_meth_set_read(method, read_from);
    tls.BIO_meth_set_ctrl(method, control);
    return method;
}

}  // namespace

BIO* TlsTransport::make_bio() {
    const TlsLibrary& tls = tls_library();
    static BIO_METHOD* const method = make_method();
    BIO* const bio = tls.BIO_new(method);
    if (!bio) throw std::bad_alloc();
    tls.BIO_set_data(bio, this);
    tls.BIO_set_init(bio, 1);
    return bio;
}

int TlsTransport::read(char* into, int size) noexcept {
    if (may_read_ <= 0) return -1;
    ssize_t n;
    do {
        n = os::receive(fd_, into, static_cast<std::size_t>(size), MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    may_have_more_ = n == size;
    if (n > 0) may_read_ -= static_cast<int>(n);
    if (n == 0) has_ended_ = true;
    if (n < 0 && errno != EAGAIN) error_ = errno;
    return static_cast<int>(n);
}

int TlsTransport::write(std::string_view bytes) noexcept try {
    if (unsent() > most_unsent) return -1;
    out_.append(bytes);
    return static_cast<int>(bytes.size());
} catch (const std::bad_alloc&) {
    return -1;
}

void TlsTransport::flush() {
    while (unsent() > 0) {
        const ssize_t n = os::send(fd_, out_.data() + sent_, unsent(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) throw std::system_error(errno, std::generic_category(), "send");
        sent_ += static_cast<std::size_t>(n);
    }
    out_.clear();
    sent_ = 0;
}

void TlsTransport::try_flush() noexcept try { flush(); } catch (const std::system_error&) {
    out_.clear();
    sent_ = 0;
}

}  // namespace turngate

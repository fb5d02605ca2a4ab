#include "tls_sessions.h"

#include <utility>

namespace turngate {

void TlsSessions::put(Session session) noexcept {
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= most) sessions_.erase(sessions_.begin());
    sessions_.push_back(std::move(session));
}

TlsSessions::Session TlsSessions::take() {
    const TlsLibrary& tls = tls_library();
    const std::lock_guard lock(mutex_);
    if (sessions_.empty()) return nullptr;
    SSL_SESSION* const newest = sessions_.back().get();
    if (tls.SSL_SESSION_get_protocol_version(newest) < TLS1_3_VERSION) {
        tls.SSL_SESSION_up_ref(newest);
        return Session(newest);
    }
    Session out = std::move(sessions_.back());
    sessions_.pop_back();
    return out;
}

}  // namespace turngate

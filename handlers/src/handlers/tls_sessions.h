// Sessions of TLS that can be gone on with.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "tls_library.h"

namespace turngate {

// Those with one server. Thread-safe.
class TlsSessions {
  public:
    struct Free {
        void operator()(SSL_SESSION* session) const noexcept {
            tls_library().SSL_SESSION_free(session);
        }
    };
    using Session = std::unique_ptr<SSL_SESSION, Free>;

    TlsSessions() { sessions_.reserve(most); }

    void put(Session session) noexcept;

    // The newest; null if there is none. One of TLS 1.3 is for one connection (RFC 8446, C.4).
    Session take();

  private:
    static constexpr std::size_t most = 8;

    std::mutex mutex_;
    std::vector<Session> sessions_;  // under mutex_
};

}  // namespace turngate

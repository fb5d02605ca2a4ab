// What all TLS connections of the process have in common.
#pragma once

#include <string>

#include "tls_library.h"

namespace turngate {

// Made the first time, and never freed. A new session goes to the SessionTaker that the connection
// has as its data. Throws Error.
SSL_CTX* tls_context();

class SessionTaker {
  public:
    virtual void take_session(SSL_SESSION* session) noexcept = 0;  // its owner from now on

  protected:
    ~SessionTaker() = default;
};

// Where SSL_set_ex_data() puts the SessionTaker*.
inline constexpr int session_taker_index = 0;

// Why the last call of this thread failed; REQUIRES that it was called after ERR_clear_error().
std::string tls_reason();

// The handshake has failed with `host`: one clause, with what to do where that is known.
std::string tls_refusal(const SSL* ssl, const std::string& host);

}  // namespace turngate

// What connections of one TlsFront have in common.
#pragma once

#include <memory>

#include "tls_library.h"
#include <turngate/handlers/tls_front.h>

namespace turngate {

struct TlsContextDeleter {
    void operator()(SSL_CTX* context) const { tls_library().SSL_CTX_free(context); }
};
using TlsServerContext = std::unique_ptr<SSL_CTX, TlsContextDeleter>;

// Throws Error that names the file which is missing or wrong.
TlsServerContext tls_server_context(const TlsFiles& files);

}  // namespace turngate

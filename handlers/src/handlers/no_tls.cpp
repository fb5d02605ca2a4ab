// What a static build has in place of TLS: OpenSSL is loaded when it is needed, and a program
// without a dynamic linker can load nothing.
#include "tls.h"
#include <turngate/handlers/tls_front.h>
#include <turngate/http/error.h>

namespace turngate {

std::shared_ptr<TlsClient> tls_client(const std::string& host) {
    throw Error("https is not spoken to " + host +
                " by a static build, which loads no OpenSSL: build the program without "
                "TURNGATE_STATIC, or give the http:// address of a proxy that speaks it");
}

std::unique_ptr<TlsFront> tls_front(TlsFrontOptions) {
    throw Error(
        "TLS is not spoken by a static build, which loads no OpenSSL: build the program without "
        "TURNGATE_STATIC");
}

}  // namespace turngate

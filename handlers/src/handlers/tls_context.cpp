#include "tls_context.h"

#include <cstdlib>

#include <turngate/http/error.h>

namespace turngate {
namespace {

// RFC 7301: a list of lengths and names.
constexpr unsigned char http1[] = "\x08http/1.1";

int take_session(SSL* ssl, SSL_SESSION* session) {
    void* const taker = tls_library().SSL_get_ex_data(ssl, session_taker_index);
    if (!taker) return 0;
    static_cast<SessionTaker*>(taker)->take_session(session);
    return 1;
}

// OpenSSL skips in silence what it cannot read, and everybody would be a stranger then.
void check_authorities(const TlsLibrary& tls, SSL_CTX* context) {
    const char* const file = std::getenv("SSL_CERT_FILE");
    if (!file || *file == '\0' || tls.SSL_CTX_load_verify_file(context, file) == 1) return;
    throw Error(std::string("SSL_CERT_FILE=") + file +
                " is no file with certificates of authorities in PEM");
}

SSL_CTX* make_context() {
    const TlsLibrary& tls = tls_library();
    SSL_CTX* const context = tls.SSL_CTX_new(tls.TLS_client_method());
    if (!context) throw Error("OpenSSL cannot be set up: " + tls_reason());
    try {
        tls.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
        // An end without close_notify is told to our callers by us: OpenSSL would give up its
        // session as well, and many a server ends idle connections so.
        tls.SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
        tls.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        tls.SSL_CTX_set_default_verify_paths(context);
        check_authorities(tls, context);
        tls.SSL_CTX_set_alpn_protos(context, http1, sizeof http1 - 1);
        tls.SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, nullptr);
        // An idle connection keeps no buffers.
        tls.SSL_CTX_ctrl(context, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, nullptr);
        tls.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE,
                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL, nullptr);
        tls.SSL_CTX_sess_set_new_cb(context, take_session);
    } catch (...) {
        tls.SSL_CTX_free(context);
        throw;
    }
    return context;
}

std::string certificate_refusal(long result, const std::string& host) {
    const std::string why = tls_library().X509_verify_cert_error_string(result);
    switch (result) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "the server's certificate is not for " + host + " (" + why + ')';
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "the server's certificate is out of date (" + why + ')';
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "the server's certificate is not valid yet (" + why + "): is the clock right?";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "nobody who is trusted here has signed the server's certificate (" + why +
                   "): SSL_CERT_FILE can name a file with the authority's";
        default:
            return "the server's certificate is refused (" + why + ')';
    }
}

}  // namespace

SSL_CTX* tls_context() {
    static SSL_CTX* const context = make_context();
    return context;
}

std::string tls_reason() {
    const TlsLibrary& tls = tls_library();
    const char* const reason = tls.ERR_reason_error_string(tls.ERR_peek_error());
    return reason ? reason : "no reason is given";
}

std::string tls_refusal(const SSL* ssl, const std::string& host) {
    const TlsLibrary& tls = tls_library();
    if (const long result = tls.SSL_get_verify_result(ssl); result != X509_V_OK)
        return certificate_refusal(result, host);
    switch (ERR_GET_REASON(tls.ERR_peek_error())) {
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        case SSL_R_WRONG_SSL_VERSION:
            return "the server speaks neither TLS 1.2 nor 1.3 (" + tls_reason() + ')';
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
            return "the server does not speak TLS: is its address http://?";
        default:
            return "the TLS handshake failed (" + tls_reason() + ')';
    }
}

}  // namespace turngate

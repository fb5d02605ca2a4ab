#include "tls_server_context.h"

#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <unistd.h>

#include "tls_context.h"
#include <turngate/http/error.h>

namespace turngate {
namespace {

// RFC 9113 section 3.2. gRPC is HTTP/2, and a client that offers other protocols alone is none.
int choose_http2(SSL*, const unsigned char** chosen, unsigned char* size,
                 const unsigned char* offered, unsigned offered_size, void*) {
    constexpr std::string_view http2 = "h2";
    for (unsigned at = 0; at < offered_size; at += 1u + offered[at]) {
        const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
        if (name != http2) continue;
        *chosen = offered + at + 1;
        *size = static_cast<unsigned char>(http2.size());
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// OpenSSL would ask the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

void check(const std::string& what, const std::string& file, const char* expected, int result) {
    if (result == 1) return;
    throw Error("the " + what + ' ' + file + " is wrong: expected " + expected + " (" +
                tls_reason() + ')');
}

void check_readable(const std::string& what, const std::string& file) {
    if (::access(file.c_str(), R_OK) == 0) return;
    throw Error("the " + what + ' ' + file + " cannot be read: " + std::strerror(errno));
}

void take_files(const TlsLibrary& tls, SSL_CTX* context, const TlsFiles& files) {
    const std::string certificate = "certificate", key = "key",
                      authority = "authority's certificate";
    check_readable(certificate, files.certificate);
    check_readable(key, files.key);
    if (!files.ca.empty()) check_readable(authority, files.ca);
    tls.ERR_clear_error();
    check(certificate, files.certificate, "PEM, ours first and its issuers behind it",
          tls.SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()));
    check(key, files.key, "PEM, the key of our certificate, without a passphrase",
          tls.SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM));
    if (files.ca.empty()) return;
    check(authority, files.ca, "PEM", tls.SSL_CTX_load_verify_file(context, files.ca.c_str()));
    tls.SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

}  // namespace

TlsServerContext tls_server_context(const TlsFiles& files) {
    const TlsLibrary& tls = tls_library();
    TlsServerContext out(tls.SSL_CTX_new(tls.TLS_server_method()));
    if (!out) throw std::bad_alloc();
    tls.SSL_CTX_ctrl(out.get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    // Connections are few and long: no sessions that would outlive a certificate.
    tls.SSL_CTX_set_options(
        out.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
    tls.SSL_CTX_ctrl(out.get(), SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, nullptr);
    tls.SSL_CTX_ctrl(out.get(), SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, nullptr);
    tls.SSL_CTX_set_alpn_select_cb(out.get(), choose_http2, nullptr);
    tls.SSL_CTX_set_default_passwd_cb(out.get(), no_passphrase);
    take_files(tls, out.get(), files);
    return out;
}

}  // namespace turngate

// OpenSSL, loaded by the first who needs it: who never speaks TLS does not pay for its 1.2 ms of
// start (docs/decisions/0013-openssl-is-loaded-when-it-is-needed.md).
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace turngate {

// A function of OpenSSL each, by its own name; what OpenSSL has as a macro is what that calls.
#define TURNGATE_OPENSSL_FUNCTIONS(X)     \
    X(BIO_clear_flags)                    \
    X(BIO_get_data)                       \
    X(BIO_get_new_index)                  \
    X(BIO_meth_new)                       \
    X(BIO_meth_set_ctrl)                  \
    X(BIO_meth_set_read)                  \
    X(BIO_meth_set_write)                 \
    X(BIO_new)                            \
    X(BIO_set_data)                       \
    X(BIO_set_flags)                      \
    X(BIO_set_init)                       \
    X(ERR_clear_error)                    \
    X(ERR_peek_error)                     \
    X(ERR_reason_error_string)            \
    X(OPENSSL_init_ssl)                   \
    X(SSL_accept)                         \
    X(SSL_connect)                        \
    X(SSL_CTX_ctrl)                       \
    X(SSL_CTX_free)                       \
    X(SSL_CTX_load_verify_file)           \
    X(SSL_CTX_new)                        \
    X(SSL_CTX_sess_set_new_cb)            \
    X(SSL_CTX_set_alpn_protos)            \
    X(SSL_CTX_set_alpn_select_cb)         \
    X(SSL_CTX_set_default_passwd_cb)      \
    X(SSL_CTX_set_default_verify_paths)   \
    X(SSL_CTX_set_options)                \
    X(SSL_CTX_set_verify)                 \
    X(SSL_CTX_use_certificate_chain_file) \
    X(SSL_CTX_use_PrivateKey_file)        \
    X(SSL_ctrl)                           \
    X(SSL_free)                           \
    X(SSL_get0_param)                     \
    X(SSL_get_error)                      \
    X(SSL_get_ex_data)                    \
    X(SSL_get_verify_result)              \
    X(SSL_has_pending)                    \
    X(SSL_new)                            \
    X(SSL_peek)                           \
    X(SSL_read)                           \
    X(SSL_SESSION_free)                   \
    X(SSL_SESSION_get_protocol_version)   \
    X(SSL_SESSION_up_ref)                 \
    X(SSL_set1_host)                      \
    X(SSL_set_bio)                        \
    X(SSL_set_ex_data)                    \
    X(SSL_set_hostflags)                  \
    X(SSL_set_session)                    \
    X(SSL_shutdown)                       \
    X(SSL_write)                          \
    X(TLS_client_method)                  \
    X(TLS_server_method)                  \
    X(X509_verify_cert_error_string)      \
    X(X509_VERIFY_PARAM_set1_ip_asc)

struct TlsLibrary {
#define TURNGATE_OPENSSL_MEMBER(name) decltype(&::name) name = nullptr;
    TURNGATE_OPENSSL_FUNCTIONS(TURNGATE_OPENSSL_MEMBER)
#undef TURNGATE_OPENSSL_MEMBER
};

// Loads it the first time. Throws Error that says what is missing, each time.
const TlsLibrary& tls_library();

}  // namespace turngate

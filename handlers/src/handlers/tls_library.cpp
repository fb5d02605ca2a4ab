#include "tls_library.h"

#include <dlfcn.h>
#include <string>

#include <turngate/http/error.h>

namespace turngate {
namespace {

constexpr const char* library_name = "libssl.so.3";

void* symbol(void* library, const char* name) {
    if (void* const found = ::dlsym(library, name)) return found;
    throw Error(std::string("TLS needs OpenSSL 3, and this ") + library_name + " has no " + name +
                "(): update it");
}

TlsLibrary load() {
    // Never closed: OpenSSL leaves functions behind that run when threads end.
    void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        throw Error(std::string("TLS needs OpenSSL 3, which cannot be loaded: ") + ::dlerror() +
                    " (Debian: apt-get install libssl3)");
    TlsLibrary out;
#define TURNGATE_OPENSSL_LOAD(name) \
    out.name = reinterpret_cast<decltype(out.name)>(symbol(library, #name));
    TURNGATE_OPENSSL_FUNCTIONS(TURNGATE_OPENSSL_LOAD)
#undef TURNGATE_OPENSSL_LOAD
    // Threads may be at work when the process ends: what they use is not torn down before.
    if (out.OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr) != 1)
        throw Error(
            "TLS needs OpenSSL 3, which cannot be set up: is its configuration file "
            "(openssl.cnf) in order?");
    return out;
}

}  // namespace

const TlsLibrary& tls_library() {
    static const TlsLibrary library = load();
    return library;
}

}  // namespace turngate

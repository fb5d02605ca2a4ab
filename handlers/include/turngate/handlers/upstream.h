// An HTTP/1.1 server as a handler: the reverse proxy.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <turngate/http/handler.h>

namespace turngate {

// What the upstream is told about the client, and whose word counts: X-Forwarded-For, -Proto, -Host
// and -Prefix, X-Real-IP and Forwarded (RFC 7239).
enum class ForwardedPolicy {
    replace,  // what the client says is dropped, and they are set by us
    append,   // a trusted front stands before us: the client's address is added to its list
    keep,     // as they came
    none,     // dropped
};

// In the context of a request: it came from the front of a platform, and from nobody else can one
// come. With `replace` and `append`, X-Forwarded-For, -Proto and -Host and X-Real-IP then go on as
// they came; where one is missing it is set by us.
struct ForwardedByPlatform {};

struct UpstreamOptions {
    // "http://127.0.0.1:9000/base", "http://[::1]:9000", "https://name", "http+unix:/run/app.sock",
    // "http+unix:/run/app.sock:/base". The base is put before every path. In the path of a socket
    // "%3A" is ':' and "%25" is '%'.
    std::string url = {};

    std::chrono::milliseconds connect_timeout{5'000};  // and of TLS's handshake
    std::chrono::milliseconds first_byte_timeout{0};  // once the request is sent; 0: only `timeout`
    std::chrono::milliseconds idle_timeout{60'000};   // between two pieces of a reply; 0: none

    // The whole exchange, from the request to the end of the reply, however lively it is; 0: none.
    // A reply of text/event-stream and a connection whose protocol was switched have their own
    // limits only, and the request's deadline.
    std::chrono::milliseconds timeout{30'000};
    std::chrono::milliseconds switched_idle_timeout{600'000};  // without a byte either way; 0: none

    // So long before the request's own deadline, or a tenth of what is left if that is less, the
    // answer is 504 while there is still time to give it.
    std::chrono::milliseconds deadline_margin{500};

    std::size_t max_connections = 256;  // at once; a request past that waits
    std::size_t max_waiting = 1024;     // and one past that is answered with 503
    std::size_t max_idle = 64;          // connections kept for the next request

    // Kept no longer than this: less than the 5 s after which the usual servers close.
    std::chrono::milliseconds keep_alive{4'000};

    std::size_t max_reply_head = 32 * 1024;  // bytes of its fields; more is a 502

    ForwardedPolicy forwarded = ForwardedPolicy::replace;
    bool preserve_host = true;  // the Host is the client's; else that of `url`
};

// Passes requests on to options.url, and nowhere else: neither the target nor a redirect leads
// anywhere else. Connections are kept and used again.
//
// Request: fields go on in their order, without those of one connection (RFC 9110 section 7.6.1),
// Expect and Proxy; X-Request-Id is the context's; a name with '_' for '-' counts as the name it
// may become in the upstream. No Via is added. The body is sent while the reply may come already;
// an early reply is passed on and ends the upload. A path with a dot segment is refused with 400 if
// there is a base.
//
// Reply: likewise, without X-Sendfile and X-Accel-Redirect, which are for servers of files, and
// without what Vercel and Lambda call internal. What the upstream sends and then pauses is flushed,
// except of a reply that is small by its Content-Length. Bytes past the end are dropped with the
// connection. Interim replies and trailers are passed on; so is a switch of protocols that the
// client asked for, except to h2c.
//
// https: TLS 1.2 or 1.3 by OpenSSL, which is loaded then. The certificate must be for the host of
// the URL, which the server is told (SNI), and come from an authority that the system trusts, or
// SSL_CERT_FILE or SSL_CERT_DIR; there is no way around that. A reply that has no length is whole
// only if the server says so (close_notify). A static build has no https.
//
// A request is sent again, once, only if a kept connection turned out to be closed before a byte of
// the reply, its method is idempotent or none of it was sent, and none of its body is lost.
//
// Throws ProtocolError (502) if the upstream cannot be reached, is not trusted or breaks its
// protocol, HttpError 504 past the time, 503 past the limit of waiting requests, 501 if the front
// door cannot switch; Cancelled when the request is cancelled. Each exchange is reported as a
// FetchMetric.
//
// upstream() itself throws Error, one sentence, for a URL that is none, and where TLS is wanted and
// cannot be spoken.
HandlerPtr upstream(UpstreamOptions options);

// Connects to what upstream() would pass requests on to, and leaves; of https it is the handshake,
// too. Waits so long for the resolver, for each address of its name, and for the handshake. Throws
// Error, one sentence, if nobody takes the connection.
void reach_upstream(std::string_view url, std::chrono::milliseconds patience);

}  // namespace turngate

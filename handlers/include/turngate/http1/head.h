// What an HTTP/1.1 message says before its body: the parsed head, and why one is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <turngate/http/headers.h>

namespace turngate::http1 {

enum class Version { http10, http11 };

// Where the body of a message ends (RFC 9112 section 6).
struct Framing {
    enum class Kind {
        none,         // no body
        length,       // after `length` bytes
        chunked,      // with the last chunk
        until_close,  // with the connection; replies only
    };

    Kind kind = Kind::none;
    std::uint64_t length = 0;

    bool operator==(const Framing&) const = default;
};

// How much a peer may send before it is refused.
struct Limits {
    std::size_t start_line = 16 * 1024;     // bytes of a request or status line
    std::size_t section = 32 * 1024;        // bytes of all fields, with their line ends
    std::size_t fields = 100;               // lines
    std::size_t name = 256;                 // bytes of a field's name
    std::uint64_t body = 10 * 1024 * 1024;  // bytes that a request's Content-Length may declare
};

struct RequestHead {
    std::string method;
    std::string target;  // as it came; a valid origin, absolute or asterisk form (section 3.2)
    Version version = Version::http11;
    Headers headers;
    Framing framing;
    bool keep_alive = true;         // the client wants the connection to stay open
    bool expects_continue = false;  // it waits for a 100 before it sends the body
};

struct ReplyHead {
    int status = 0;      // 100 to 599; 101 only if an upgrade was asked for
    std::string reason;  // may be empty
    Version version = Version::http11;
    Headers headers;
    Framing framing;
    bool keep_alive = true;  // the connection can carry another request after the body
};

// Why a head is refused. The connection cannot go on: where the message ends is not known.
struct HeadError {
    int status = 0;       // what to answer: 400, 413, 414, 417, 431, 501 or 505; 502 for a reply
    std::string message;  // one sentence, without any byte of the peer's

    bool operator==(const HeadError&) const = default;
};

}  // namespace turngate::http1

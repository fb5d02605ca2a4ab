// Which fields a proxy passes on, and which end with the connection or are said anew.
#pragma once

#include <string>
#include <string_view>

#include <turngate/http/headers.h>
#include <turngate/http1/head.h>

namespace turngate {

// The part that a field of a request plays.
enum class FieldRole {
    other,       // passed on, unless Connection lists it
    hop,         // of this connection, or framing, or Host: never passed on as it is
    forwarded,   // says who asked: ForwardedPolicy decides
    request_id,  // X-Request-Id
};

// A '_' counts as '-', for servers that make variables of names cannot tell them apart.
FieldRole role_of(std::string_view name);

// What Vercel and Lambda say between themselves and a runtime (never to a client), and orders to a
// server of files, which an application is in no place to give. REQUIRES: `name` is not empty.
bool is_internal(std::string_view name) noexcept;

// What of a reply's head goes to the client; `head` is left without fields.
Headers passed_on(http1::ReplyHead& head);

// The same of trailers, of either direction: nothing that a head alone may say.
Headers passed_on_trailers(const Headers& trailers);

}  // namespace turngate

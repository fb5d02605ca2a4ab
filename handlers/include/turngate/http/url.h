// The target of a request, split but still encoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/http/error.h>

namespace turngate {

// True if `host` is what a Host field may be: a name or an address, not empty, then perhaps a port.
// A name has only letters, digits and "-._~": RFC 3986 allows more, but no host has it, and a ','
// or a '%' only helps who wants two parsers to disagree.
bool is_host(std::string_view host);

// `path` and `query` keep their percent-encoding, byte for byte, because a gateway must be able to
// pass them on unchanged. Decode at the point of use.
//
// Where a handler is mounted is kept apart from what it is asked for, as CGI does it:
//   REQUEST_URI = script_name + path + '?' + query
struct Url {
    std::string scheme = "http";
    std::string host;         // "example.com" or "example.com:8443"
    std::string path = "/";   // always starts with '/', except "*"; "//x" is a path, never a host
    std::string query;        // without the '?'
    std::string script_name;  // what strip_prefix() took off the path, encoded: "" or "/prod/api"

    // The port the client reached, where a front end that is trusted says so (X-Forwarded-Port of
    // an event); 0: the one in `host`, else the scheme's.
    std::uint16_t port = 0;

    // The target ends in '?' with nothing behind it, which is not the same as no query.
    bool empty_query = false;
    // The path was `script_name` alone; its "/" is there only because a path needs one.
    bool bare_script_name = false;

    // Splits "/path?query", "scheme://host/path?query" or "*" (RFC 9112 section 3.2). Throws
    // HttpError(400) for anything else: a fragment, a space or control character, user information,
    // a malformed host or port. Escapes and bytes past ASCII stay as they are.
    static Url parse(std::string_view target);

    // "/path?query", as it goes on a request line, without `script_name`.
    std::string target() const;

    // The same with `script_name`: what the client asked for.
    std::string request_uri() const;

    // Moves `prefix` ("/prod", "/prod/" or "prod", encoded) from the front of the path to the end
    // of `script_name`, once. False, and nothing happens, unless it ends at a segment boundary:
    // "/prod" is a prefix of "/prod" and "/prod/x", and not of "/products". The prefix "/" is
    // empty and always matches.
    bool strip_prefix(std::string_view prefix);

    // The first value of a query parameter, decoded ('+' is a space).
    std::optional<std::string> parameter(std::string_view name) const;

    // All query parameters in order, decoded. "a" and "a=" both have an empty value.
    std::vector<std::pair<std::string, std::string>> parameters() const;
};

}  // namespace turngate

// The encodings of the web: percent, base64, UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turngate {

// Undoes %XX (and '+' as space, if asked). Malformed escapes stay as they are.
std::string percent_decode(std::string_view s, bool plus_is_space = false);

// Escapes everything but RFC 3986's unreserved characters: for one segment, key or value. A space
// becomes '+' instead of "%20" if asked, as forms have it.
std::string percent_encode(std::string_view s, bool space_is_plus = false);

// Makes any bytes a valid path, whether they are encoded already or not: escapes only what cannot
// stand literally in an encoded path (controls, space, "<>\^`{|}?#, bytes past ASCII, and a '%'
// that starts no escape). "%2F" stays "%2F" and "a%b" becomes "a%25b".
std::string percent_escape_path(std::string_view path);

// The same for a query, where '?' is literal too.
std::string percent_escape_query(std::string_view query);

// RFC 4648 section 4, standard alphabet with padding.
std::string base64_encode(std::string_view bytes);

// Appends to `out` what base64_encode() returns. `bytes` must not be a view into `out`.
void base64_encode_to(std::string& out, std::string_view bytes);

// Strict RFC 4648: absent if there is a foreign character (a line break too), a wrong length,
// missing or misplaced padding, or bits left over that are not zero (section 3.5). Never yields a
// part of the bytes: what is accepted encodes to the same text again.
std::optional<std::string> base64_decode(std::string_view text);

// Appends the decoded bytes to `out`; false, and `out` as it was, where base64_decode() is absent.
// `text` must not be a view into `out`.
bool base64_decode_to(std::string& out, std::string_view text);

// True if `bytes` is well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates,
// nothing past U+10FFFF.
bool is_utf8(std::string_view bytes) noexcept;

}  // namespace turngate

// The encodings of the web: percent, base64, UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turngate {

// Undoes %XX (and '+' as space, if asked). Malformed escapes stay as they are.
std::string percent_decode(std::string_view s, bool plus_is_space = false);

// Escapes everything but RFC 3986's unreserved characters: for one segment, key or value.
std::string percent_encode(std::string_view s);

// RFC 4648 section 4, standard alphabet with padding.
std::string base64_encode(std::string_view bytes);

// Strict RFC 4648: absent if there is a foreign character, a wrong length or misplaced padding.
// Never yields a part of the bytes.
std::optional<std::string> base64_decode(std::string_view text);

// True if `bytes` is well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates.
bool is_utf8(std::string_view bytes) noexcept;

}  // namespace turngate

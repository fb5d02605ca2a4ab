// Bodies under a Content-Encoding.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/headers.h>

namespace turngate::recording {

// The Content-Encoding of a body, in lower case; empty for none and for identity.
std::string content_coding(const Headers& headers);

// `body` without its coding, for gzip and deflate. Absent for any other coding, for what is not
// coded so, and for more than `limit` bytes.
std::optional<std::string> decoded_body(std::string_view body, std::string_view coding,
                                        std::size_t limit = std::size_t{64} << 20);

}  // namespace turngate::recording

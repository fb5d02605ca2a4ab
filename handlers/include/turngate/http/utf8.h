// Where a text in UTF-8 may be cut.
#pragma once

#include <cstddef>
#include <string_view>

namespace turngate {

// The size of `bytes` without a character that their end cuts short: 3 less at most, so that of 4
// bytes there is always one. Bytes that are no UTF-8 are left as they are.
std::size_t whole_utf8(std::string_view bytes) noexcept;

}  // namespace turngate

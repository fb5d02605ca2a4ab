// What a client can decode.
#pragma once

#include <string_view>

namespace turngate {

// True if the value of Accept-Encoding allows gzip: by its name if it is listed, else by "*" (RFC
// 9110 section 12.5.3). An empty value allows nothing.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace turngate

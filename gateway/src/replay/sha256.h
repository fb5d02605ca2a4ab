// SHA-256 (FIPS 180-4), of all of a text at once.
#pragma once

#include <string>
#include <string_view>

namespace turngate::replay {

// In lower-case hexadecimal.
std::string sha256(std::string_view bytes);

}  // namespace turngate::replay

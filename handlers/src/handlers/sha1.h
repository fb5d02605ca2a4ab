// SHA-1 (FIPS 180-4), of all of a text at once; for entity tags, never for anything that has to be
// safe from forgery.
#pragma once

#include <array>
#include <string_view>

namespace turngate {

using Sha1Digest = std::array<char, 20>;

Sha1Digest sha1(std::string_view bytes) noexcept;

}  // namespace turngate

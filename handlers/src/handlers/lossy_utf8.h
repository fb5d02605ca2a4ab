// Bytes made UTF-8, at a loss.
#pragma once

#include <string>

namespace turngate {

// `bytes` with U+FFFD for each maximal part of a sequence that is not UTF-8, as decoders of the
// Encoding Standard replace them (Unicode 15, section 3.9). At most three times as long.
std::string lossy_utf8(std::string bytes);

}  // namespace turngate

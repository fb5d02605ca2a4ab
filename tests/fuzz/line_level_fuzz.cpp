// Lines that applications print: whatever they are, finding their level does not fail.
// covers: gateway/src/report/line_level.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "report/line_level.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    const auto level = turngate::level_of_line(line);
    // The end of a line is no part of it.
    if (turngate::level_of_line(std::string(line) + '\n') != level) std::abort();
    return 0;
}

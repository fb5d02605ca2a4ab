// Options of programs that we start: their command takes all of the handler's URI, so they are
// variables of the environment.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace turngate {

// One variable that sets an option.
template <class Options>
struct ProgramVariable {
    std::string_view name;
    std::array<std::string_view, 2> aliases;  // other names for it; empty ones last
    std::string_view fallback;                // the default; empty: none
    std::string_view meaning;

    // Returns what was expected instead of `value`, or null.
    const char* (*set)(Options& options, const std::string& value);
};

}  // namespace turngate

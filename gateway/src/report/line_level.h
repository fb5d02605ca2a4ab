// How bad a printed line is, by its own word.
#pragma once

#include <optional>
#include <string_view>

#include <turngate/http/context.h>

namespace turngate {

// The level that a structured line names: the member "level", "severity", "lvl", "log.level" or
// "severity_text" of a JSON object, "level=" of logfmt, "[ERROR]" at the beginning, in upper or
// lower case; and fatal where it begins as the last words of Go do, "panic:" or "fatal error:".
// Absent if it names none that is known.
std::optional<Level> level_of_line(std::string_view line);

}  // namespace turngate

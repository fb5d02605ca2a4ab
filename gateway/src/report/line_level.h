// How bad a printed line is, by its own word.
#pragma once

#include <optional>
#include <string_view>

#include <turngate/http/context.h>

namespace turngate {

// The level that a structured line names: the member "level", "severity", "lvl", "log.level" or
// "severity_text" of a JSON object, "level=" of logfmt, "[ERROR]" at the beginning. Absent if it
// names none that is known; upper and lower case are the same.
std::optional<Level> level_of_line(std::string_view line);

}  // namespace turngate

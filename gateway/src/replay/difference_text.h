// Differences for people.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "replay/report.h"
#include "replay/result.h"

namespace turngate::replay {

// The lines below a failed event that say what is not as expected; ends with a newline unless it is
// empty.
std::string difference_text(const Result& result, DiffStyle style, const cli::Terminal& terminal);

// Likewise, the rules of a platform that it breaks: each by its name, with the limit and the fix.
std::string violation_text(const Result& result);

}  // namespace turngate::replay

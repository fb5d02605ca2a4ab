// What happens to requests, as lines on standard error.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "observe/log_line.h"
#include <turngate/http/context.h>

namespace turngate {

class Log;

// Each line is one write(2), of 16 KiB at most: lines of several threads and processes do not mix.
// Control characters are escaped, so that no request can forge a line; nobody waits long for a
// reader that does not come (see observe/log_sink.h).
std::unique_ptr<Reporter> stderr_reporter(LogForm form, int fd = 2);

// The same for a log that others write to as well.
std::unique_ptr<Reporter> log_reporter(std::shared_ptr<Log> log);

// "debug", "info", "warn", "error" or "fatal", in any case, and what Python and Powertools call
// two of them: "warning", "critical". Absent for another word.
std::optional<Level> parse_level(std::string_view name);

}  // namespace turngate

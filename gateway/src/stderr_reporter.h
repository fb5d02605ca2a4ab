// What happens to requests, as lines on standard error.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include <turngate/http/context.h>
#include <turngate/http/serve.h>

namespace turngate {

class Log;

struct StderrReporterOptions {
    int fd = 2;
    bool json = true;            // one object a line; else text for people
    Level level = Level::info;   // less is left out
    bool access = true;          // a line for each request that ends
    std::string_view door = {};  // "http"; a literal
};

// Each line is one write(2), of 16 KiB at most: lines of several threads and processes do not mix.
// Control characters are escaped, so that no request can forge a line; nobody waits long for a
// reader that does not come (see observe/log_sink.h).
std::unique_ptr<Reporter> stderr_reporter(StderrReporterOptions options);

// The same for a log that others write to as well.
std::unique_ptr<Reporter> log_reporter(std::shared_ptr<Log> log, bool access);

// "debug", "info", "warn", "error" or "fatal"; absent for another word.
std::optional<Level> parse_level(std::string_view name);

}  // namespace turngate

// What happens to requests, as lines on standard error.
#pragma once

#include <memory>
#include <string_view>

#include <turngate/http/context.h>
#include <turngate/http/serve.h>

namespace turngate {

struct StderrReporterOptions {
    int fd = 2;
    bool json = true;            // one object a line; else text for people
    Level level = Level::info;   // less is left out
    bool access = true;          // a line for each request that ends
    std::string_view door = {};  // "http"; a literal
};

// Each line is one write(2), of 16 KiB at most: lines of several threads and processes do not mix.
// Control characters are escaped, so that no request can forge a line.
std::unique_ptr<Reporter> stderr_reporter(StderrReporterOptions options);

// "debug", "info", "warn", "error" or "fatal"; absent for another word.
std::optional<Level> parse_level(std::string_view name);

}  // namespace turngate

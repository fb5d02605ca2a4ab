// Which platform started this process, and how that is told.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turngate {

// Absent if the variable is not set.
using ReadVariable = std::function<std::optional<std::string>(const std::string& name)>;

// True for "on"; false for "off", and where it is not set. Throws Error that names the variable.
bool is_on(const ReadVariable& get, const std::string& name);

// One row of the table. The first that matches is taken.
struct Platform {
    std::string_view name;      // what TURNGATE_AS and `run --as` take
    std::string_view title;     // "CGI/1.1"
    std::string_view evidence;  // what detect() looks for, for doctor

    // What was found, as "GATEWAY_INTERFACE=CGI/1.1"; absent if it is not this platform.
    std::optional<std::string> (*detect)(const ReadVariable& get);
};

std::span<const Platform> platforms();

// Null if there is none of that name.
const Platform* find_platform(std::string_view name);

// What came of looking at one row.
struct PlatformFinding {
    const Platform* platform;
    bool chosen = false;
    std::string reason;  // one clause: "GATEWAY_INTERFACE=CGI/1.1", "no GATEWAY_INTERFACE"
};

// All rows, in order, with exactly one chosen. `as` is what the command line says, or empty;
// before the table comes `as`, then TURNGATE_AS, where "auto" is as good as nothing. Throws Error
// for a name that no row has.
std::vector<PlatformFinding> examine_platforms(const ReadVariable& get, std::string_view as = {});

// The chosen one of examine_platforms().
const Platform& detect_platform(const ReadVariable& get, std::string_view as = {});

}  // namespace turngate

// What a configuration file says, and on which line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/exit_status.h"

namespace turngate::cli {

// A value, or a tree of them.
struct Setting {
    enum class Kind { boolean, number, text, list, table } kind = Kind::table;
    std::string text = {};  // of a boolean "true" or "false", of a number its digits
    std::vector<Setting> items = {};
    std::vector<std::pair<std::string, Setting>> members = {};  // in the order of the file
    std::size_t line = 0;                                       // from 1
};

// Both throw CommandError with status usage, which names `path` and the line, for what is none, for
// a name that is given twice and for values of other kinds: dates, null.

// TOML 1.0.
Setting read_toml(std::string_view text, const std::string& path);
// JSON with comments (// and /* */) and commas behind the last item.
Setting read_jsonc(std::string_view text, const std::string& path);

// What is wrong at a place of a file: "turngate.toml:3: ...".
CommandError setting_error(const std::string& path, std::size_t line, const std::string& problem,
                           const std::string& hint);

}  // namespace turngate::cli

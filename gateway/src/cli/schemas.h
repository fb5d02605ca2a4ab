// JSON Schemas of the files that people write and read.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/option.h"

namespace turngate::cli {

// Of turngate.toml and turngate.jsonc, made from the tables of options.
std::string config_schema(std::span<const Command* const> commands,
                          std::span<const Option> globals);

// Of events that carry HTTP requests, of any shape; of expected replies (NAME.reply.json); of what
// replay --format json and ndjson print, the whole or a line.
extern const std::string_view event_schema;
extern const std::string_view reply_schema;
extern const std::string_view result_schema;

}  // namespace turngate::cli

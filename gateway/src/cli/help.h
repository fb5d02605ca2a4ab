// Help texts, made from the tables.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/option.h"
#include "cli/terminal.h"

namespace turngate::cli {

// Every command with its summary; only those of `group` ("event") if it is not empty.
std::string overview(std::string_view program, std::string_view group,
                     std::span<const Command* const> commands, std::span<const Option> globals,
                     const Terminal& terminal);

// One command. `full` adds defaults' environment names, the description and the examples.
std::string help(std::string_view program, const Command& command, std::span<const Option> globals,
                 bool full, const Terminal& terminal);

}  // namespace turngate::cli

// Manual pages, made from the tables, in the language of man(7).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/option.h"

namespace turngate::cli {

// turngate-replay(1). `program` is "turngate", without a path.
std::string man_page(std::string_view program, const Command& command,
                     std::span<const Option> globals);

// turngate(1), which names every command; turngate-event(1) for the commands of `group`.
std::string man_overview(std::string_view program, std::string_view group,
                         std::span<const Command* const> commands, std::span<const Option> globals);

}  // namespace turngate::cli

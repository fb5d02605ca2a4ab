// What configuration files say of the options of commands.
#include "cli/configuration.h"

#include <algorithm>
#include <iterator>

namespace turngate::cli {

const Configuration::Found* Configuration::option(const Command* command,
                                                  std::string_view name) const {
    const auto found =
        found_.find({std::string(command ? command->name : std::string_view()), std::string(name)});
    return found == found_.end() ? nullptr : &found->second;
}

const Configuration::Found* Configuration::operands(const Command& command) const {
    return command.operand_key.empty() ? nullptr : option(&command, "");
}

bool reads_configuration(const Command& command) noexcept {
    constexpr std::string_view others[] = {"run",    "front",  "listen", "package", "completion",
                                           "man",    "help",   "schema", "version", "doctor",
                                           "accept", "reject", "review"};
    return std::find(std::begin(others), std::end(others), command.name) == std::end(others);
}

bool is_configurable(const Option& global) noexcept {
    constexpr std::string_view others[] = {"directory", "config", "profile", "help", "version"};
    return std::find(std::begin(others), std::end(others), global.name) == std::end(others);
}

}  // namespace turngate::cli

// From the words of a command line to a command and its arguments.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/configuration.h"
#include "cli/environment.h"
#include "cli/option.h"

namespace turngate::cli {

struct CommandLine {
    const Command* command = nullptr;  // null if none was named, as in "turngate --help"
    std::string group;                 // "event" in "turngate event --help"
    Arguments arguments;               // of the command and the global options
    bool short_help = false;           // -h
    bool long_help = false;            // --help
    bool version = false;
};

// What configuration files say, for a command line whose global options are known so far. Throws
// CommandError.
using LoadConfiguration = std::function<Configuration(const Arguments& globals)>;

// Accepts --flag=value, --flag value, -j4, -j 4, -j=4, -iq (switches together), "--" before
// operands, and global options before and after the command. Flags win over the environment, the
// environment over what `load` says, that over defaults; it is asked for commands that read files
// alone. Throws CommandError with status usage. Asked for help or the version,
// it does not complain about what else is missing.
CommandLine parse(std::span<const std::string> words, std::span<const Command* const> commands,
                  std::span<const Option> globals, const Environment& environment,
                  const LoadConfiguration& load = {});

// What the operands of help and man name: a command, a group, or neither if there are none. An
// unknown name gets the advice that it gets in front of a command line. Throws CommandError.
CommandLine named_command(std::vector<std::string> words, const Environment& environment);

// The check of one value against its option; throws CommandError. `origin` is how the user gave
// it: "--jobs", "-j", "TURNGATE_REPLAY_JOBS".
void check_value(const Option& option, std::string_view value, std::string_view origin);

}  // namespace turngate::cli

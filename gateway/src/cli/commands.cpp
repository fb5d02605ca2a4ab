// What all commands have in common.
#include "cli/commands.h"

#include "cli/words.h"

namespace turngate::cli {
namespace {

constexpr Option globals[] = {
    {.letter = 'C',
     .name = "directory",
     .value = "DIR",
     .help = "change to DIR first",
     .kind = Value::text},
    {.name = "config",
     .value = "FILE",
     .help = "the project's configuration, in place of turngate.toml or turngate.jsonc here or "
             "above",
     .kind = Value::text},
    {.letter = 'x',
     .name = "profile",
     .value = "NAME",
     .help = "take the settings of [profile.NAME] too",
     .kind = Value::text},
    {.letter = 'q', .name = "quiet", .help = "say only what failed"},
    {.letter = 'v', .name = "verbose", .help = "say more; -vv still more", .repeatable = true},
    {.name = "color",
     .value = "WHEN",
     .help = "colour the output: auto, always or never",
     .kind = Value::choice,
     .fallback = "auto",
     .choices = words<"auto", "always", "never">},
    {.name = "log-format",
     .value = "FORMAT",
     .help = "lines of the log: text or json [json, and text on a terminal]",
     .kind = Value::choice,
     .choices = words<"text", "json">,
     .environment = false,
     .variable = "TURNGATE_LOG_FORMAT"},
    {.name = "log-level",
     .value = "LEVEL",
     .help = "the least that is logged: debug, info, warn, error or fatal [info]",
     .kind = Value::choice,
     .choices = words<"debug", "info", "warn", "error", "fatal">,
     .environment = false,
     .variable = "LOG_LEVEL"},
    {.letter = 'h', .name = "help", .help = "show help; --help shows more", .environment = false},
    {.letter = 'V', .name = "version", .help = "show the version", .environment = false},
};

}  // namespace

std::span<const Option> global_options() {
    return globals;
}

std::string environment_name(std::string_view command, std::string_view option) {
    std::string name = "TURNGATE_";
    if (!command.empty()) name.append(command) += '_';
    name += option;
    for (char& c : name) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
        if (c == ' ' || c == '-') c = '_';
    }
    return name;
}

std::string variable_names(std::string_view command, const Option& option) {
    std::string names = option.environment ? environment_name(command, option.name) : "";
    if (!option.variable.empty()) names.append(names.empty() ? "" : ", ").append(option.variable);
    return names;
}

}  // namespace turngate::cli

// What configuration files say of the options of commands.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/option.h"
#include "cli/setting.h"

namespace turngate::cli {

// A file has the same shape whatever it is written in: `target`, `events`, global options, a table
// for each command ([replay], [event.convert]) with its options by their names ('_' for '-'),
// [limits] for those of every command that listens, and [profile.NAME], which is such a file again.
//
// A value.
class Configuration {
  public:
    // Says nothing.
    Configuration() = default;
    // Of these commands; the tables must outlive this.
    Configuration(std::span<const Command* const> commands, std::span<const Option> globals)
        : commands_(commands), globals_(globals) {}

    // What is added later is stronger. `file` is what stands at `path`; relative paths in it get
    // `before` in front of them ("../", or nothing). Of its profiles, `profile` comes behind it;
    // true if there is one of that name. Throws CommandError with status usage, which names the
    // file, the line and the key, for what no command knows and values that an option cannot have.
    bool add(const Setting& file, const std::string& path, const std::string& before,
             std::string_view profile);

    struct Found {
        std::vector<std::string> values;
        std::string origin;  // "turngate.toml:5: replay.jobs"
        unsigned rank = 0;   // of what was added: a stronger file or profile has a greater one
    };
    // Null if no file says; `command` is null for a global option.
    const Found* option(const Command* command, std::string_view name) const;
    // Of a command whose operands have a key.
    const Found* operands(const Command& command) const;

    // The names of all profiles that were in the files.
    std::vector<std::string_view> profiles() const { return {profiles_.begin(), profiles_.end()}; }

  private:
    class Layer;

    std::span<const Command* const> commands_;
    std::span<const Option> globals_;
    // By command and option; the first is empty for a global option, the second for operands.
    std::map<std::pair<std::string, std::string>, Found> found_;
    std::vector<std::string> profiles_;
    unsigned layers_ = 0;  // files and profiles that were read
};

// False for commands that deployed programs are started with, and for those that tell of the
// program: they read no file.
bool reads_configuration(const Command& command) noexcept;

// "config", "profile", "directory", ...: what a file cannot say.
bool is_configurable(const Option& global) noexcept;

}  // namespace turngate::cli

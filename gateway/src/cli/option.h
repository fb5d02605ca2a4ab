// The table behind the command line. One description of each option drives parsing, --help, the
// names of environment variables and of settings, completion and the advice for misspelt words.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace turngate::cli {

struct Invocation;

enum class Value {
    none,      // a switch
    text,      // any text
    number,    // an integer from Option::minimum to Option::maximum
    duration,  // "2s", "500ms", "1m30s"; "0"
    size,      // "10MiB", "64k", "4096": bytes
    choice,    // one of Option::choices()
};

// Tables are constant data: every view points to a literal.
struct Option {
    char letter = 0;  // 'j'; 0: none
    std::string_view name;
    // How help calls the value: "N"; empty for a switch. Shells offer files for FILE and PROGRAM,
    // directories for DIR, what there is for HANDLER; see cli/completion.h.
    std::string_view value = {};
    std::string_view help;  // one sentence, lower case, no full stop
    Value kind = Value::none;
    std::string_view fallback = {};  // used when neither flag nor environment gives a value
    std::vector<std::string_view> (*choices)() = nullptr;
    std::int64_t minimum = 0;
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    // A further check of each value; `rule` then says what it asks for: "a rate such as 100/s".
    bool (*valid)(std::string_view value) = nullptr;
    std::string_view rule = {};
    bool repeatable = false;  // in the environment: one value a line
    bool optional = false;    // the value may be missing: --watch or --watch=GLOB, not --watch GLOB
    bool environment = true;  // has a TURNGATE_<COMMAND>_<FLAG>
    // Of the environment, read by whoever uses the option: "PORT", "LOG_LEVEL".
    std::string_view variable = {};
    // Its values are patterns of files that lead from the current directory, or "!PATTERN".
    bool is_file_pattern = false;
};

// Two options of which a run has one: what the stronger source says counts, a flag in the place of
// what a file says, a profile in that of its file. Of the same, they are for the command to refuse.
struct Exclusion {
    std::string_view one, other;                    // empty: the operands
    std::optional<std::string_view> harmless = {};  // the value of `other` that excludes nothing
};

// One table of several, in their order.
template <std::size_t... N>
constexpr std::array<Option, (N + ...)> joined(const Option (&... tables)[N]) {
    std::array<Option, (N + ...)> out{};
    auto* next = out.data();
    ((next = std::copy(tables, tables + N, next)), ...);
    return out;
}

struct Command {
    std::string_view name;              // "replay", or two words: "event check"
    std::string_view operands = {};     // "FILE|DIR...", for the synopsis; empty: takes none
    std::string_view summary;           // one line, lower case, no full stop
    std::string_view description = {};  // paragraphs for --help
    std::span<const Option> options = {};
    std::span<const Exclusion> exclusions = {};
    std::span<const std::string_view> examples = {};  // whole command lines without the program
    std::size_t least_operands = 0;
    std::size_t most_operands = std::numeric_limits<std::size_t>::max();  // if it takes any
    // The words that the operand can be, where they are few.
    std::vector<std::string_view> (*choices)() = nullptr;
    // The key of a configuration file that has the operands if there are none: "events".
    std::string_view operand_key = {};
    bool listens = false;  // runs until it is stopped
    // Returns the exit status. Throws CommandError; whatever else it throws ends with status 1.
    int (*run)(Invocation& invocation);
};

}  // namespace turngate::cli

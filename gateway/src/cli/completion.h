// Completion of the command line in shells: scripts made from the table of commands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/option.h"

namespace turngate::cli {

// What a shell offers for a value or an operand.
struct Offer {
    enum class Kind {
        none,
        words,  // one of `words`
        files,  // and directories
        directories,
        handler,   // a HANDLER: a scheme, then what it names
        program,   // a program of PATH or a file; then files
        commands,  // the names of commands, a word each
    } kind = Kind::none;
    std::vector<std::string_view> words = {};
    bool after_equals = false;  // it stands behind a '=' of the value, as in FORMAT=FILE

    // By the table: its choices, or what its placeholder names.
    static Offer value_of(const Option& option);
    static Offer operands_of(const Command& command);
};

// What a HANDLER begins with, with the ':' at its end; "self" has none.
std::span<const std::string_view> handler_schemes();

// The words that stand behind `group` ("event"; or empty, for the first word of the command line),
// in the order of `commands`, each once.
struct NextWord {
    std::string_view word;
    std::string_view summary;  // of the command, or what the group is for
    bool is_group = false;
};
std::vector<NextWord> next_words(std::span<const Command* const> commands, std::string_view group);

// How the function of the script is called: "_turngate", "___hello_2" for "./hello-2".
std::string function_name(std::string_view program);

// The scripts. `program` is the name that is completed, without a path: whatever a file can be
// called.
std::string bash_completion(std::string_view program, std::span<const Command* const> commands,
                            std::span<const Option> globals);
std::string zsh_completion(std::string_view program, std::span<const Command* const> commands,
                           std::span<const Option> globals);
std::string fish_completion(std::string_view program, std::span<const Command* const> commands,
                            std::span<const Option> globals);

// `text` with each @NAME@ of `names` replaced by its value.
std::string filled(std::string_view text,
                   std::span<const std::pair<std::string_view, std::string>> names);

}  // namespace turngate::cli

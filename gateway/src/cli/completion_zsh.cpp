// The script for zsh: tables for its function _arguments.
#include "cli/completion.h"
#include "replay/printable.h"
#include <turngate/os/subprocess.h>

namespace turngate::cli {
namespace {

constexpr std::string_view script = R"(#compdef @WORD@
# Completion of @NAME@ for zsh, made by: @NAME@ completion zsh

# A HANDLER: a scheme, then what it names.
@FUNCTION@_handler() {
    if compset -P '*:'; then
        _files
    else
        compadd -S '' -- @SCHEMES@
        compadd -- self
    fi
}

# A file behind the '=' of a value.
@FUNCTION@_behind_equals() {
    compset -P '*=' && $1
}

# The names of commands, a word each.
@FUNCTION@_names() {
    case ${words[CURRENT-1]} in
@NAMES@        *) @FUNCTION@_words ;;
    esac
}

@WORDS@
@FUNCTION@() {
    local curcontext=$curcontext context state state_descr line ret=1
    local -A opt_args
    local -a globals=(
@GLOBALS@    )
    _arguments -C -s -S $globals '(-)1:command:@FUNCTION@_words' '(-)*::argument:->command' && ret=0
    [[ $state == command ]] || return ret
    case $words[1] in
@COMMANDS@    esac
    return ret
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    @FUNCTION@ "$@"
else
    compdef @FUNCTION@ @WORD@
fi
)";

// Within the brackets of a specification, or between its colons.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\' || c == '[' || c == ']' || c == ':') result += '\\';
        result += c;
    }
    return result;
}

// What completes a value or an operand, as the end of a specification: "MESSAGE:ACTION".
std::string action(std::string_view message, const Offer& offer, const std::string& function) {
    std::string text = escaped(message) + ':';
    auto with = [&](const std::string& name) {
        // Behind a blank no words are put into the command.
        return offer.after_equals ? ' ' + function + "_behind_equals " + name : name;
    };
    switch (offer.kind) {
        case Offer::Kind::none:
            return text;
        case Offer::Kind::words: {
            std::string words;
            for (const std::string_view word : offer.words)
                words.append(words.empty() ? "" : " ").append(escaped(word));
            return text + '(' + words + ')';
        }
        case Offer::Kind::files:
            return text + with("_files");
        case Offer::Kind::directories:
            return text + with("_directories");
        case Offer::Kind::handler:
            return text + function + "_handler";
        case Offer::Kind::program:
            return text + "_normal";
        case Offer::Kind::commands:
            return text + function + "_names";
    }
    return text;
}

// Both spellings of an option. A value may stand in the next word unless it is optional.
std::string specifications(const Option& option, const std::string& function,
                           std::string_view indent) {
    std::string text;
    auto add = [&](const std::string& flag, std::string_view joint) {
        std::string specification;
        if (option.repeatable)
            specification = "*";
        else if (option.letter)
            specification =
                "(-" + std::string(1, option.letter) + " --" + std::string(option.name) + ')';
        specification += flag;
        if (option.kind != Value::none) specification += joint;
        specification += '[' + escaped(option.help) + ']';
        if (option.kind != Value::none)
            specification += (option.optional ? "::" : ":") +
                             action(option.value, Offer::value_of(option), function);
        text += std::string(indent) + os::shell_word(specification) + '\n';
    };
    if (option.letter) add(std::string("-") + option.letter, option.optional ? "-" : "+");
    add("--" + std::string(option.name), option.optional ? "=-" : "=");
    return text;
}

std::string global_specifications(std::span<const Option> globals, const std::string& function) {
    std::string text;
    for (const Option& option : globals)
        text += specifications(option, function, "        ");
    return text;
}

const Command* named(std::span<const Command* const> commands, const std::string& name) {
    for (const Command* command : commands)
        if (command->name == name) return command;
    return nullptr;
}

// The case of one command: `word` is its last word, `indent` that of the case.
std::string command_case(const Command& command, std::string_view word, const std::string& function,
                         const std::string& indent) {
    std::string text = indent + os::shell_word(word) + ")\n" + indent + "    local -a own=(\n";
    for (const Option& option : command.options)
        text += specifications(option, function, indent + "        ");
    if (!command.operands.empty()) {
        const Offer offer = Offer::operands_of(command);
        // Of a command line of its own, all words belong to its first.
        const bool one = offer.kind == Offer::Kind::words;
        const std::string place = one ? "1:" : offer.kind == Offer::Kind::program ? "*::" : "*:";
        text += indent + "        " +
                os::shell_word(place + action(command.operands, offer, function)) + '\n';
    }
    return text + indent + "    )\n" + indent + "    _arguments -s -S $globals $own && ret=0\n" +
           indent + "    ;;\n";
}

std::string command_cases(std::span<const Command* const> commands, const std::string& function) {
    const std::string indent(8, ' ');
    std::string text;
    for (const NextWord& next : next_words(commands, "")) {
        if (!next.is_group) {
            if (const Command* command = named(commands, std::string(next.word)))
                text += command_case(*command, next.word, function, indent);
            continue;
        }
        const std::string group(next.word);
        text += indent + os::shell_word(group) + ")\n" + indent +
                "    _arguments -C -s -S $globals '(-)1:command:" + function + "_words_" +
                function_name(group) + "' '(-)*::argument:->subcommand' && ret=0\n" + indent +
                "    [[ $state == subcommand ]] || return ret\n" + indent +
                "    case $words[1] in\n";
        for (const NextWord& second : next_words(commands, group))
            if (const Command* command = named(commands, group + ' ' + std::string(second.word)))
                text += command_case(*command, second.word, function, indent + "        ");
        text += indent + "    esac\n" + indent + "    ;;\n";
    }
    return text;
}

// A function that offers what stands behind `group`.
std::string words_function(std::span<const Command* const> commands, std::string_view group,
                           const std::string& name) {
    std::string text = name + "() {\n    local -a words_here=(\n";
    for (const NextWord& next : next_words(commands, group))
        text += "        " + os::shell_word(escaped(next.word) + ':' + std::string(next.summary)) +
                '\n';
    return text + "    )\n    _describe command words_here\n}\n\n";
}

}  // namespace

std::string zsh_completion(std::string_view program, std::span<const Command* const> commands,
                           std::span<const Option> globals) {
    const std::string function = function_name(program);
    std::string names_cases;
    std::string functions = words_function(commands, "", function + "_words");
    for (const NextWord& next : next_words(commands, ""))
        if (next.is_group) {
            const std::string name = function + "_words_" + function_name(next.word);
            functions += words_function(commands, next.word, name);
            names_cases += "        " + os::shell_word(next.word) + ") " + name + " ;;\n";
        }
    std::string schemes;
    for (const std::string_view scheme : handler_schemes())
        schemes.append(schemes.empty() ? "" : " ").append(scheme);
    const std::pair<std::string_view, std::string> names[] = {
        {"NAME", replay::printable(program)},
        {"WORD", os::shell_word(program)},
        {"FUNCTION", function},
        {"SCHEMES", schemes},
        {"NAMES", names_cases},
        {"WORDS", functions},
        {"GLOBALS", global_specifications(globals, function)},
        {"COMMANDS", command_cases(commands, function)},
    };
    return filled(script, names);
}

}  // namespace turngate::cli

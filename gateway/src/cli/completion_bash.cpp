// The script for bash.
#include "cli/completion.h"
#include "replay/printable.h"
#include <turngate/os/subprocess.h>

namespace turngate::cli {
namespace {

constexpr std::string_view script =
    R"(# Completion of @NAME@ for bash, made by: @NAME@ completion bash
# The functions below set variables of the one that calls them.

# value: what the option $1 takes, which is "COMMAND --OPTION"; optional: it may do without.
@FUNCTION@_value() {
    value='' words='' optional=''
    case $1 in
@VALUES@    esac
}

# options: those of the command $1. value: what its operands are.
@FUNCTION@_command() {
    options=@GLOBALS@
    value='' words=''
    case $1 in
@COMMANDS@    esac
}

# words: what stands behind $1.
@FUNCTION@_words() {
    words=''
    case $1 in
@WORDS@    esac
}

# COMPREPLY: what a value can be that begins with $1; $2: it begins behind a ':'.
@FUNCTION@_offer() {
    local before=''
    if [[ $value == handler && $1 == *:* ]]; then
        before=${1%%:*}: value=files
        set -- "${1#*:}"
    elif [[ $value == handler && -n $2 ]]; then
        value=files
    fi
    case $value in
        words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$1") ;;
        handler)
            compopt -o nospace 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -W "@SCHEMES@" -- "$1")
            ;;
        files)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$1")
            ;;
        directories)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$1")
            ;;
        program)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -c -- "$1"; compgen -f -- "$1")
            ;;
    esac
    COMPREPLY=("${COMPREPLY[@]/#/$before}")
}

@FUNCTION@() {
    local command='' flag='' last='' only_operands='' value words optional options
    local word current=${COMP_WORDS[COMP_CWORD]} before='' i
    local -a operands=()
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = || $word == : ]]; then # bash cuts values there
            flag=$last
            continue
        elif [[ -n $flag ]]; then
            flag=''
            continue
        fi
        last=''
        if [[ -z $only_operands && $word == -- ]]; then
            only_operands=1
        elif [[ -z $only_operands && $word == -?* ]]; then
            @FUNCTION@_value "$command $word"
            [[ -z $value ]] || last=$word
            [[ -n $optional ]] || flag=$last
        elif @FUNCTION@_words "$command" && [[ -n $words ]]; then
            command+=${command:+ }$word
        else
            operands+=("$word")
        fi
    done
    if [[ $current == = || $current == : ]]; then
        flag=$last before=$current current=''
    elif ((COMP_CWORD > 0)); then
        before=${COMP_WORDS[COMP_CWORD - 1]}
    fi
    [[ $before == : ]] || before=''

    if [[ -n $flag ]]; then
        @FUNCTION@_value "$command $flag"
        @FUNCTION@_offer "$current" "$before"
    elif [[ -z $only_operands && $current == --*=* ]]; then
        flag=${current%%=*}
        @FUNCTION@_value "$command $flag"
        @FUNCTION@_offer "${current#*=}" ''
        COMPREPLY=("${COMPREPLY[@]/#/$flag=}")
    elif @FUNCTION@_command "$command" && [[ -z $only_operands && $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif @FUNCTION@_words "$command" && [[ -n $words ]]; then
        value=words
        @FUNCTION@_offer "$current" ''
    else
        @FUNCTION@_command "$command"
        if [[ $value == commands ]]; then
            value=words
            @FUNCTION@_words "${operands[*]}"
        elif [[ $value == program && ${#operands[@]} -gt 0 ]]; then
            value=files
        fi
        @FUNCTION@_offer "$current" "$before"
    fi
}

complete -F @FUNCTION@ -- @WORD@
)";

std::string_view kind_name(Offer::Kind kind) {
    using enum Offer::Kind;
    switch (kind) {
        case none:
            return "text";
        case words:
            return "words";
        case files:
            return "files";
        case directories:
            return "directories";
        case handler:
            return "handler";
        case program:
            return "program";
        case commands:
            return "commands";
    }
    return "text";
}

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words)
        text.append(text.empty() ? "" : " ").append(word);
    return text;
}

std::string assignments(const Offer& offer, bool optional) {
    std::string text = "value=" + std::string(kind_name(offer.kind));
    if (!offer.words.empty()) text += " words=" + os::shell_word(joined(offer.words));
    return text + (optional ? " optional=1" : "");
}

// "'replay -j' | 'replay --jobs'"; a global option is one of every command.
std::string patterns(const Command* command, const Option& option) {
    auto pattern = [&](const std::string& flag) {
        return command ? os::shell_word(std::string(command->name) + ' ' + flag)
                       : "*' " + flag + '\'';
    };
    std::string text = option.letter ? pattern(std::string("-") + option.letter) + " | " : "";
    return text + pattern("--" + std::string(option.name));
}

std::string values(std::span<const Command* const> commands, std::span<const Option> globals) {
    std::string text;
    auto add = [&](const Command* command, const Option& option) {
        if (option.kind == Value::none) return;
        text += "        " + patterns(command, option) + ") " +
                assignments(Offer::value_of(option), option.optional) + " ;;\n";
    };
    for (const Command* command : commands)
        for (const Option& option : command->options)
            add(command, option);
    for (const Option& option : globals)
        add(nullptr, option);
    return text;
}

std::string flags(std::span<const Option> options) {
    std::string text;
    for (const Option& option : options) {
        if (option.letter) text += std::string("-") + option.letter + ' ';
        text += "--" + std::string(option.name) + ' ';
    }
    return text;
}

std::string command_cases(std::span<const Command* const> commands) {
    std::string text;
    for (const Command* command : commands) {
        const Offer offer = Offer::operands_of(*command);
        text += "        " + os::shell_word(command->name) +
                ") options+=" + os::shell_word(flags(command->options));
        if (offer.kind != Offer::Kind::none) text += ' ' + assignments(offer, false);
        text += " ;;\n";
    }
    return text;
}

std::string word_cases(std::span<const Command* const> commands) {
    std::string text;
    auto add = [&](std::string_view group) {
        std::string words;
        for (const NextWord& next : next_words(commands, group))
            words.append(words.empty() ? "" : " ").append(next.word);
        text += "        " + os::shell_word(group) + ") words=" + os::shell_word(words) + " ;;\n";
    };
    add("");
    for (const NextWord& next : next_words(commands, ""))
        if (next.is_group) add(next.word);
    return text;
}

}  // namespace

std::string bash_completion(std::string_view program, std::span<const Command* const> commands,
                            std::span<const Option> globals) {
    const std::pair<std::string_view, std::string> names[] = {
        {"NAME", replay::printable(program)},
        {"WORD", os::shell_word(program)},
        {"FUNCTION", function_name(program)},
        {"VALUES", values(commands, globals)},
        {"GLOBALS", os::shell_word(flags(globals))},
        {"COMMANDS", command_cases(commands)},
        {"WORDS", word_cases(commands)},
        {"SCHEMES", joined(handler_schemes()) + " self"},
    };
    return filled(script, names);
}

}  // namespace turngate::cli

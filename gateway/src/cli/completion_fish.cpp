// The script for fish: a line of `complete` for each word and option.
#include "cli/completion.h"
#include "replay/printable.h"

namespace turngate::cli {
namespace {

constexpr std::string_view script =
    R"(# Completion of @NAME@ for fish, made by: @NAME@ completion fish

# Prints the command that the words before the cursor name: "replay", "event new", or "event" as
# long as that is all.
function @FUNCTION@_command
    set -l words (commandline -opc)
    set -e words[1]
    set -l command
    set -l is_value
    for word in $words
        if set -q is_value[1]
            set -e is_value
            continue
        end
        switch $word
            case @VALUED@
                set is_value yes
            case '-*'
            case '*'
                set -a command $word
                if not contains -- "$command" @GROUPS@
                    break
                end
        end
    end
    echo "$command"
end

# Whether that is $argv.
function @FUNCTION@_at
    test (@FUNCTION@_command) = "$argv"
end

# Whether the word before the cursor's is $argv.
function @FUNCTION@_after
    set -l words (commandline -opc)
    contains -- $words[-1] $argv
end

# The paths that begin behind what of the cursor's word matches $argv[1].
function @FUNCTION@_paths
    set -l word (commandline -ct)
    set -l before (string match -r -- $argv[1] $word)
    set -l rest (string replace -r -- $argv[1] '' $word)
    for path in $rest*
        test -d $path; and set path $path/
        echo $before$path
    end
end

# A HANDLER: a scheme, then what it names.
function @FUNCTION@_handlers
    if string match -q '*:*' -- (commandline -ct)
        @FUNCTION@_paths '^.*:'
    else
        printf '%s\n' self @SCHEMES@
    end
end

complete -c @WORD@ -f
@LINES@)";

std::string quoted(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + '\'';
}

class Lines {
  public:
    Lines(std::string_view program, std::span<const Command* const> commands)
        : begin_("complete -c " + quoted(program)),
          function_(function_name(program)),
          commands_(commands) {}

    void add(const std::string& condition, const std::string& rest) {
        text_ += begin_ + (condition.empty() ? "" : " -n " + quoted(function_ + condition)) + ' ' +
                 rest + '\n';
    }

    void add_option(const std::string& condition, const Option& option) {
        std::string rest = option.letter ? std::string("-s ") + option.letter + ' ' : "";
        rest += "-l " + quoted(option.name);
        if (option.kind != Value::none && !option.optional)
            rest += offered(Offer::value_of(option), "-r");
        add(condition, rest + " -d " + quoted(option.help));
    }

    // The words behind `group`, where `condition` holds.
    void add_words(const std::string& condition, std::string_view group) {
        for (const NextWord& next : next_words(commands_, group))
            add(condition, "-a " + quoted(next.word) + " -d " + quoted(next.summary));
    }

    void add_operands(const Command& command) {
        const Offer offer = Offer::operands_of(command);
        const std::string condition = "_at " + std::string(command.name);
        if (offer.kind == Offer::Kind::none) return;
        if (offer.kind != Offer::Kind::commands) {
            add(condition, offered(offer, ""));
            return;
        }
        const std::string after = condition + "; and " + function_ + "_after ";
        add_words(after + std::string(command.name), "");
        for (const NextWord& next : next_words(commands_, ""))
            if (next.is_group) add_words(after + std::string(next.word), next.word);
    }

    std::string take() { return std::move(text_); }

  private:
    // The flags of complete; `required` is "-r" for a value.
    std::string offered(const Offer& offer, std::string_view required) const {
        std::string flags = required.empty() ? "" : ' ' + std::string(required);
        switch (offer.kind) {
            case Offer::Kind::words: {
                std::string words;
                for (const std::string_view word : offer.words)
                    words.append(words.empty() ? "" : " ").append(word);
                return flags + " -f -a " + quoted(words);
            }
            case Offer::Kind::files:
                if (offer.after_equals)
                    return flags + " -f -a " + quoted('(' + function_ + "_paths '^.*=')");
                return flags + " -F";
            case Offer::Kind::directories:
                if (offer.after_equals)
                    return flags + " -f -a " + quoted('(' + function_ + "_paths '^.*=')");
                return flags + " -f -a '(__fish_complete_directories)'";
            case Offer::Kind::handler:
                return flags + " -f -a " + quoted('(' + function_ + "_handlers)");
            case Offer::Kind::program:
                return flags + " -F -a '(__fish_complete_command)'";
            case Offer::Kind::none:
            case Offer::Kind::commands:
                break;
        }
        return flags + " -f";
    }

    std::string begin_;
    std::string function_;
    std::span<const Command* const> commands_;
    std::string text_;
};

}  // namespace

std::string fish_completion(std::string_view program, std::span<const Command* const> commands,
                            std::span<const Option> globals) {
    Lines lines(program, commands);
    std::string valued, groups, schemes;
    for (const Option& option : globals) {
        lines.add_option("", option);
        if (option.kind == Value::none || option.optional) continue;
        if (option.letter) valued += std::string("-") + option.letter + ' ';
        valued += "--" + std::string(option.name) + ' ';
    }
    lines.add_words("_at ''", "");
    for (const NextWord& next : next_words(commands, ""))
        if (next.is_group) {
            groups += quoted(next.word) + ' ';
            lines.add_words("_at " + std::string(next.word), next.word);
        }
    for (const Command* command : commands) {
        lines.add_operands(*command);
        for (const Option& option : command->options)
            lines.add_option("_at " + std::string(command->name), option);
    }
    for (const std::string_view scheme : handler_schemes())
        schemes.append(schemes.empty() ? "" : " ").append(scheme);
    const std::pair<std::string_view, std::string> names[] = {
        {"NAME", replay::printable(program)},
        {"WORD", quoted(program)},
        {"FUNCTION", function_name(program)},
        {"VALUED", valued},
        {"GROUPS", groups},
        {"SCHEMES", schemes},
        {"LINES", lines.take()},
    };
    return filled(script, names);
}

}  // namespace turngate::cli

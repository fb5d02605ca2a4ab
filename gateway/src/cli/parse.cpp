#include "cli/parse.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/value.h"
#include <turngate/handlers/spelling.h>

namespace turngate::cli {
namespace {

using Source = Arguments::Source;

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw CommandError(exit_status::usage, message, hint);
}

// What the user wrote, safe to print and not too long.
std::string shown(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string result;
    for (char c : text.substr(0, longest))
        result += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
    return result + (text.size() > longest ? "..." : "");
}

std::string quoted(std::string_view text) {
    return '"' + shown(text) + '"';
}

std::optional<bool> parse_switch(std::string_view value) {
    for (std::string_view yes : {"1", "true", "yes", "on"})
        if (value == yes) return true;
    for (std::string_view no : {"0", "false", "no", "off"})
        if (value == no) return false;
    return std::nullopt;
}

// `value` is out of it.
std::string range(const Option& option, std::string_view value) {
    constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();
    const bool is_whole = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
    std::string least = std::to_string(option.minimum);
    return option.maximum == unlimited && (!is_whole || parse_number(value))
               ? "a number of at least " + least
               : "a number from " + least + " to " + std::to_string(option.maximum);
}

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (std::string_view word : words)
        text += (text.empty() ? "" : " ") + std::string(word);
    return text;
}

std::string near_or_all(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view near = nearest_word(word, known);
    return near.empty() ? "known are: " + joined(known) : "did you mean " + std::string(near) + "?";
}

class Parser {
  public:
    Parser(std::span<const std::string> words, std::span<const Command* const> commands,
           std::span<const Option> globals, const Environment& environment,
           const LoadConfiguration& load)
        : words_(words),
          commands_(commands),
          globals_(globals),
          environment_(environment),
          load_(load) {
        line_.arguments.declare(globals);
    }

    CommandLine run() {
        while (next_ < words_.size()) {
            const std::string& word = words_[next_++];
            if (only_operands_ || word.size() < 2 || word[0] != '-')
                operand(word);
            else if (word == "--")
                only_operands_ = true;
            else if (word[1] == '-')
                long_option(std::string_view(word).substr(2));
            else
                short_options(std::string_view(word).substr(1));
        }
        line_.version = line_.arguments.on("version");
        if (helps()) return std::move(line_);
        if (line_.version) {
            if (line_.command && line_.command->name == "version") check_operands();
            return std::move(line_);
        }
        if (!line_.command && !line_.group.empty()) missing_second_word();
        complete();
        return std::move(line_);
    }

  private:
    bool helps() {
        // -h and --help are one option to the table; the shorter form gives the shorter text.
        line_.short_help = line_.short_help && !line_.long_help;
        return line_.short_help || line_.long_help;
    }

    // -- words --

    void operand(const std::string& word) {
        if (line_.command) {
            line_.arguments.add_operand(word);
            return;
        }
        std::string name = line_.group.empty() ? word : line_.group + ' ' + word;
        bool begins_group = false;
        for (const Command* command : commands_) {
            if (command->name == name) {
                line_.command = command;
                line_.group.clear();
                line_.arguments.declare(command->options);
                line_.arguments.declare(globals_);
                return;
            }
            if (command->name.starts_with(name + ' ')) begins_group = true;
        }
        if (!begins_group) unknown_command(word);
        line_.group = word;
    }

    void long_option(std::string_view text) {
        auto eq = text.find('=');
        std::string_view name = text.substr(0, eq);
        const Option* option = find([&](const Option& o) { return o.name == name; });
        if (!option) unknown_option("--" + std::string(name));
        std::string origin = "--" + std::string(name);
        if (name == "help") line_.long_help = true;
        if (name == "version") version_command_follows();
        if (eq != std::string_view::npos)
            give(*option, text.substr(eq + 1), origin);
        else if (option->kind == Value::none || option->optional)
            give(*option, option->kind == Value::none ? "true" : "", origin);
        else
            give(*option, following(*option, origin), origin);
    }

    void short_options(std::string_view letters) {
        while (!letters.empty()) {
            char letter = letters[0];
            std::string origin = {'-', letter};
            const Option* option = find([&](const Option& o) { return o.letter == letter; });
            if (!option) unknown_option(origin);
            letters.remove_prefix(1);
            if (letter == 'h') line_.short_help = true;
            if (letter == 'V') version_command_follows();
            if (option->kind == Value::none) {
                give(*option, "true", origin);
                continue;
            }
            if (letters.starts_with('=')) {
                give(*option, letters.substr(1), origin);
                return;
            }
            give(*option,
                 !letters.empty() || option->optional ? letters : following(*option, origin),
                 origin);
            return;
        }
    }

    // "--version --json": in front of a command, it is the command of that name.
    void version_command_follows() {
        const bool known = std::any_of(commands_.begin(), commands_.end(),
                                       [](const Command* c) { return c->name == "version"; });
        if (known && !line_.command && line_.group.empty()) operand("version");
    }

    std::string_view following(const Option& option, const std::string& origin) {
        std::string value(option.value);
        if (next_ == words_.size())
            refuse(origin + " needs a value: " + value, "write " + origin + ' ' + value);
        const std::string& word = words_[next_];
        if (word.size() > 1 && word.starts_with("--"))
            refuse(origin + " needs a value: " + value + ", and " + quoted(word) +
                       " looks like an option",
                   "write " + (origin[1] == '-' ? origin + '=' : origin) + shown(word) +
                       " if it is meant as the value");
        ++next_;
        return word;
    }

    void give(const Option& option, std::string_view value, const std::string& origin) {
        if (option.optional && value.empty()) {
            line_.arguments.set(option, {}, Source::flag);
            return;
        }
        check_value(option, value, origin);
        line_.arguments.set(option, normal(option, value), Source::flag);
    }

    static std::string normal(const Option& option, std::string_view value) {
        if (option.kind != Value::none) return std::string(value);
        return parse_switch(value).value_or(false) ? "true" : "false";
    }

    template <class Match>
    const Option* find(Match match) const {
        if (line_.command)
            for (const Option& option : line_.command->options)
                if (match(option)) return &option;
        for (const Option& option : globals_)
            if (match(option)) return &option;
        return nullptr;
    }

    // -- what the words left open --

    void complete() {
        load_files();
        for (const Option& option : globals_)
            fill(option, {}, configuration_.option(nullptr, option.name));
        if (!line_.command) return;
        for (const Option& option : line_.command->options)
            fill(option, line_.command->name, configuration_.option(line_.command, option.name));
        settle();
        const Configuration::Found* operands = configuration_.operands(*line_.command);
        if (operands && line_.arguments.operands().empty())
            for (const std::string& operand : operands->values)
                line_.arguments.add_operand(operand);
        check_operands();
    }

    void load_files() {
        if (!load_ || !line_.command) return;
        const bool reads = reads_configuration(*line_.command);
        for (const Option& option : globals_) {
            if (is_configurable(option)) continue;
            if (!reads && (option.name == "config" || option.name == "profile") &&
                line_.arguments.source(option.name) == Source::flag)
                refuse(std::string(line_.command->name) + " reads no configuration file",
                       "leave --" + std::string(option.name) + " out");
            fill(option, {}, nullptr);
        }
        if (reads) configuration_ = load_(line_.arguments);
    }

    void fill(const Option& option, std::string_view command, const Configuration::Found* found) {
        const std::string variable = environment_name(command, option.name);
        if (line_.arguments.source(option.name) == Source::flag) return;
        auto text = option.environment ? environment_(variable) : std::nullopt;
        if (text && !text->empty()) {
            std::string_view rest = *text;
            while (!rest.empty()) {
                std::size_t end = option.repeatable ? rest.find('\n') : std::string_view::npos;
                std::string_view value = rest.substr(0, end);
                rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
                if (value.empty()) continue;
                check_value(option, value, variable);
                line_.arguments.set(option, normal(option, value), Source::environment);
            }
        } else if (found && !is_set(option.variable)) {
            for (const std::string& value : found->values)
                line_.arguments.set(option, normal(option, value), Source::file, found->rank);
        } else if (!option.fallback.empty()) {
            line_.arguments.set(option, std::string(option.fallback), Source::fallback);
        }
    }

    // The strongest first: what has had to go itself takes nobody's place.
    void settle() {
        std::vector<std::string_view> names;
        for (const Exclusion& each : line_.command->exclusions)
            names.insert(names.end(), {each.one, each.other});
        std::ranges::stable_sort(names, std::ranges::greater(),
                                 [this](std::string_view name) { return strength_of(name); });
        for (const std::string_view name : names) {
            if (!is_displaced(name)) continue;
            for (const Option& option : line_.command->options)
                if (option.name == name) line_.arguments.drop(option);
        }
    }

    bool is_displaced(std::string_view name) const {
        return std::ranges::any_of(line_.command->exclusions, [&](const Exclusion& each) {
            if (each.one != name && each.other != name) return false;
            if (!excludes(each.one, {}) || !excludes(each.other, each.harmless)) return false;
            return strength_of(name) < strength_of(each.one == name ? each.other : each.one);
        });
    }

    bool excludes(std::string_view name, std::optional<std::string_view> harmless) const {
        if (name.empty()) return !line_.arguments.operands().empty();
        const Arguments& arguments = line_.arguments;
        const Option* option = find([&](const Option& each) { return each.name == name; });
        return arguments.given(name) && arguments.text(name) != harmless &&
               (option->kind != Value::none || arguments.on(name));
    }

    // Operands are asked for while they can only come from the command line.
    Arguments::Strength strength_of(std::string_view name) const {
        return name.empty() ? Arguments::Strength{Source::flag} : line_.arguments.strength(name);
    }

    bool is_set(std::string_view variable) const {
        return !variable.empty() && !environment_(std::string(variable)).value_or("").empty();
    }

    void check_operands() const {
        const Command& command = *line_.command;
        const auto& operands = line_.arguments.operands();
        std::size_t most = command.operands.empty() ? 0 : command.most_operands;
        std::string name(command.name), takes(command.operands);
        if (operands.size() > most)
            refuse("unexpected argument " + quoted(operands[most]) + ": " + name + " takes " +
                       (most == 0 ? "none" : "only " + takes),
                   "see " + name + " --help");
        if (operands.size() < command.least_operands)
            refuse(name + " needs " + takes, "see " + name + " --help");
        if (!command.choices) return;
        const auto choices = command.choices();
        for (const std::string& operand : operands)
            if (std::find(choices.begin(), choices.end(), operand) == choices.end())
                refuse(name + " knows no " + quoted(operand), near_or_all(operand, choices));
    }

    // -- advice --

    [[noreturn]] void unknown_command(const std::string& word) const {
        std::vector<std::string_view> names;
        for (const Command* command : commands_) {
            std::string_view name = command->name;
            if (line_.group.empty())
                names.push_back(name.substr(0, name.find(' ')));
            else if (name.starts_with(line_.group + ' '))
                names.push_back(name.substr(line_.group.size() + 1));
        }
        std::string_view near = nearest_word(word, names);
        std::string what = line_.group.empty() ? "command" : line_.group + " command";
        std::string hint = near.empty() ? "the commands are: " + joined(unique(names))
                                        : "did you mean " + std::string(near) + "?";
        refuse("unknown " + what + ' ' + quoted(word), hint);
    }

    [[noreturn]] void missing_second_word() const {
        std::string prefix = line_.group + ' ';
        std::vector<std::string_view> names;
        for (const Command* command : commands_)
            if (command->name.starts_with(prefix))
                names.push_back(command->name.substr(prefix.size()));
        refuse(line_.group + " needs one of its commands",
               "write " + prefix + "and one of: " + joined(names));
    }

    [[noreturn]] void unknown_option(const std::string& origin) const {
        std::string after = line_.command ? " of " + std::string(line_.command->name) : "";
        std::string hint;
        if (!line_.command && some_command_has(origin)) {
            hint = "options of a command stand behind the command";
        } else if (origin.starts_with("--")) {
            std::vector<std::string_view> names;
            auto add = [&](std::span<const Option> options) {
                for (const Option& option : options)
                    names.push_back(option.name);
            };
            if (line_.command) add(line_.command->options);
            add(globals_);
            std::string_view near = nearest_word(std::string_view(origin).substr(2), names);
            if (!near.empty()) hint = "did you mean --" + std::string(near) + "?";
        }
        if (hint.empty())
            hint = line_.command ? "see " + std::string(line_.command->name) + " --help"
                                 : "see --help";
        refuse("unknown option " + shown(origin) + after, hint);
    }

    bool some_command_has(std::string_view origin) const {
        for (const Command* command : commands_)
            for (const Option& option : command->options)
                if (origin.starts_with("--") ? origin.substr(2) == option.name
                                             : origin[1] == option.letter)
                    return true;
        return false;
    }

    static std::vector<std::string_view> unique(const std::vector<std::string_view>& names) {
        std::vector<std::string_view> each;
        for (const std::string_view name : names)
            if (std::find(each.begin(), each.end(), name) == each.end()) each.push_back(name);
        return each;
    }

    std::span<const std::string> words_;
    std::span<const Command* const> commands_;
    std::span<const Option> globals_;
    const Environment& environment_;
    const LoadConfiguration& load_;
    Configuration configuration_;
    CommandLine line_;
    std::size_t next_ = 0;
    bool only_operands_ = false;
};

}  // namespace

CommandLine parse(std::span<const std::string> words, std::span<const Command* const> commands,
                  std::span<const Option> globals, const Environment& environment,
                  const LoadConfiguration& load) {
    return Parser(words, commands, globals, environment, load).run();
}

CommandLine named_command(std::vector<std::string> words, const Environment& environment) {
    words.emplace_back("--help");
    return parse(words, commands(), global_options(), environment);
}

void check_value(const Option& option, std::string_view value, std::string_view origin) {
    std::string rule, example;
    switch (option.kind) {
        case Value::none:
            if (!parse_switch(value)) rule = "true or false", example = "true";
            break;
        case Value::text:
            break;
        case Value::number: {
            auto number = parse_number(value);
            if (!number || *number < option.minimum || *number > option.maximum)
                rule = range(option, value),
                example = std::to_string(std::max<std::int64_t>(
                    option.minimum, std::min<std::int64_t>(4, option.maximum)));
            break;
        }
        case Value::duration:
            if (!parse_duration(value)) rule = "a duration with a unit", example = "2s or 500ms";
            break;
        case Value::size:
            if (!parse_size(value)) rule = "a size", example = "10MiB or 4096";
            break;
        case Value::choice: {
            auto choices = option.choices();
            if (std::find(choices.begin(), choices.end(), value) != choices.end()) break;
            refuse(std::string(origin) + ": " + quoted(value) + " is not a known " +
                       std::string(option.value),
                   near_or_all(value, choices));
        }
    }
    if (rule.empty() && option.valid && !option.valid(value)) rule = option.rule;
    if (rule.empty()) return;
    refuse(std::string(origin) + ": " + quoted(value) + " is not " + rule,
           example.empty() ? "see --help" : "for example " + example);
}

}  // namespace turngate::cli

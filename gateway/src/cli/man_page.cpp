// Manual pages.
#include "cli/man_page.h"

#include <cctype>
#include <utility>

#include "cli/commands.h"
#include "version.h"

namespace turngate::cli {
namespace {

// Text that means itself: hyphens and quotes stay what can be typed.
std::string escaped(std::string_view text) {
    constexpr std::pair<char, std::string_view> names[] = {
        {'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"}, {'"', "\\(dq"},
        {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
    std::string result;
    for (const char c : text) {
        std::string_view name;
        for (const auto& [character, escape] : names)
            if (character == c) name = escape;
        result.append(name.empty() ? std::string_view(&c, 1) : name);
    }
    return result;
}

// As a line: what begins with a dot is no request.
std::string line(std::string_view text) {
    return (text.starts_with('.') ? "\\&" : "") + escaped(text) + '\n';
}

std::string bold(std::string_view text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return "\\fI" + escaped(text) + "\\fR";
}

// "turngate-event-new"
std::string page_name(std::string_view program, std::string_view command) {
    std::string name(program);
    if (!command.empty()) name.append("-").append(command);
    for (char& c : name)
        if (c == ' ') c = '-';
    return name;
}

std::string title(const std::string& name, std::string_view program, std::string_view summary) {
    std::string upper = name;
    for (char& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    std::string text = ".TH \"" + escaped(upper) + "\" 1 \"" + std::string(build.date) +
                       "\" \"turngate " + escaped(build.version) + "\" \"" + escaped(program) +
                       "\"\n";
    // Neither broken between letters nor spread to the margin.
    text += ".nh\n.ad l\n";
    return text + ".SH NAME\n" + escaped(name) + " \\- " + line(summary);
}

std::string paragraphs(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto end = text.find("\n\n");
        if (!result.empty()) result += ".PP\n";
        std::string_view paragraph = text.substr(0, end);
        while (!paragraph.empty()) {
            const auto newline = paragraph.find('\n');
            result += line(paragraph.substr(0, newline));
            if (newline == std::string_view::npos) break;
            result += ".br\n";
            paragraph.remove_prefix(newline + 1);
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return result;
}

std::string options_text(std::string_view command, std::span<const Option> options) {
    std::string text;
    for (const Option& option : options) {
        text += ".TP\n";
        if (option.letter) text += bold(std::string("-") + option.letter) + ", ";
        text += bold("--" + std::string(option.name));
        if (!option.value.empty())
            text +=
                option.optional ? "[=" + italic(option.value) + ']' : ' ' + italic(option.value);
        text += '\n' + line(option.help);
        if (option.repeatable && option.kind != Value::none) text += ".br\nCan be repeated.\n";
        if (!option.fallback.empty()) text += ".br\nDefault: " + bold(option.fallback) + '\n';
        if (const std::string names = variable_names(command, option); !names.empty())
            text += ".br\nEnvironment: " + bold(names) + '\n';
    }
    return text;
}

std::string see_also(const std::string& name) {
    return bold(name) + "(1)";
}

}  // namespace

std::string man_page(std::string_view program, const Command& command,
                     std::span<const Option> globals) {
    const std::string words = std::string(program) + ' ' + std::string(command.name);
    std::string text = title(page_name(program, command.name), program, command.summary);
    text += ".SH SYNOPSIS\n" + bold(words);
    if (!command.options.empty()) text += " [" + italic("OPTIONS") + ']';
    if (!command.operands.empty()) text += ' ' + italic(command.operands);
    text += '\n';
    if (!command.description.empty()) text += ".SH DESCRIPTION\n" + paragraphs(command.description);
    if (!command.options.empty())
        text += ".SH OPTIONS\n" + options_text(command.name, command.options);
    text += ".SH OPTIONS OF EVERY COMMAND\n" + options_text({}, globals);
    if (!command.examples.empty()) {
        text += ".SH EXAMPLES\n.EX\n";
        for (const std::string_view example : command.examples)
            text += line(std::string(program) + ' ' + std::string(example));
        text += ".EE\n";
    }
    const std::string_view group = command.name.substr(0, command.name.find(' '));
    text += ".SH SEE ALSO\n" + see_also(page_name(program, {}));
    if (group.size() < command.name.size()) text += ", " + see_also(page_name(program, group));
    return text + '\n';
}

std::string man_overview(std::string_view program, std::string_view group,
                         std::span<const Command* const> commands,
                         std::span<const Option> globals) {
    const std::string name = page_name(program, group);
    std::string words(program);
    if (!group.empty()) words.append(" ").append(group);
    std::string text =
        title(name, program,
              group.empty() ? "one handler, every front door" : "several commands of one kind");
    text += ".SH SYNOPSIS\n" + bold(words) + ' ' + italic("COMMAND") + " [" + italic("OPTIONS") +
            "] ...\n.SH COMMANDS\n";
    for (const Command* command : commands) {
        if (!group.empty() && !command->name.starts_with(std::string(group) + ' ')) continue;
        text +=
            ".TP\n" + see_also(page_name(program, command->name)) + '\n' + line(command->summary);
    }
    text += ".SH OPTIONS OF EVERY COMMAND\n" + options_text({}, globals);
    text += ".SH EXIT STATUS\n";
    constexpr std::pair<std::string_view, std::string_view> statuses[] = {
        {"0", "all good"},
        {"1", "a wrong answer"},
        {"2", "usage or configuration"},
        {"3", "an event or a reply that cannot be read"},
        {"4", "the target could not be started or reached"},
        {"5", "nothing to do"},
        {"124", "ended by --time-limit"},
        {"130, 143", "stopped by SIGINT, SIGTERM"},
        {"141", "the reader of the output has gone"},
    };
    for (const auto& [status, meaning] : statuses)
        if (status != "124" || group.empty())  // no group has such a command
            text += ".TP\n" + bold(status) + '\n' + line(meaning);
    if (!group.empty()) text += ".SH SEE ALSO\n" + see_also(page_name(program, {})) + '\n';
    return text;
}

}  // namespace turngate::cli

#include "cli/help.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/commands.h"

namespace turngate::cli {
namespace {

// Breaks `text` between words; every line but the first begins at `indent`.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
    std::string result;
    std::size_t column = indent;
    while (!text.empty()) {
        std::string_view word = text.substr(0, text.find_first_of(" \n"));
        bool line_ends = word.size() < text.size() && text[word.size()] == '\n';
        if (column > indent && column + 1 + word.size() > width) {
            result += '\n' + std::string(indent, ' ');
            column = indent;
        }
        if (column > indent) result += ' ', ++column;
        result += word;
        column += word.size();
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (line_ends) {
            result += '\n' + (text.empty() ? std::string() : std::string(indent, ' '));
            column = indent;
        }
    }
    return result;
}

using Row = std::pair<std::string, std::string>;

// Two columns; a left side that is too wide gets a line of its own.
std::string table(const std::vector<Row>& rows, const Terminal& terminal) {
    constexpr std::size_t widest = 28, gap = 2, margin = 2;
    std::size_t left = 0;
    for (const Row& row : rows)
        if (row.first.size() <= widest) left = std::max(left, row.first.size());
    std::size_t indent = margin + left + gap;
    std::string text;
    for (const auto& [name, meaning] : rows) {
        text += std::string(margin, ' ') + terminal.paint(Color::bold, name);
        if (name.size() > left)
            text += '\n' + std::string(indent, ' ');
        else
            text += std::string(left - name.size() + gap, ' ');
        text += wrapped(meaning, indent, static_cast<std::size_t>(terminal.width)) + '\n';
    }
    return text;
}

std::string flags(const Option& option) {
    std::string text = option.letter ? std::string{'-', option.letter, ',', ' '} : "    ";
    text.append("--").append(option.name);
    if (option.value.empty()) return text;
    text += option.optional ? "[=" : " ";
    text.append(option.value);
    return option.optional ? text + ']' : text;
}

std::vector<Row> option_rows(std::string_view command, std::span<const Option> options, bool full) {
    std::vector<Row> rows;
    for (const Option& option : options) {
        std::string meaning(option.help);
        if (option.repeatable && option.kind != Value::none) meaning += " (repeatable)";
        if (!option.fallback.empty()) meaning += " [default: " + std::string(option.fallback) + ']';
        if (const std::string names = variable_names(command, option); full && !names.empty())
            meaning += "\n[env: " + names + ']';
        rows.emplace_back(flags(option), meaning);
    }
    return rows;
}

std::string_view without_path(std::string_view program) {
    return program.substr(program.rfind('/') + 1);
}

std::string heading(std::string_view text, const Terminal& terminal) {
    return '\n' + terminal.paint(Color::bold, text) + '\n';
}

}  // namespace

std::string overview(std::string_view program, std::string_view group,
                     std::span<const Command* const> commands, std::span<const Option> globals,
                     const Terminal& terminal) {
    std::string name(without_path(program));
    std::string text = "Usage: " + name + (group.empty() ? "" : ' ' + std::string(group)) +
                       " COMMAND [OPTIONS] ...\n";
    std::vector<Row> rows;
    for (const Command* command : commands)
        if (group.empty() || command->name.starts_with(std::string(group) + ' '))
            rows.emplace_back(command->name, command->summary);
    text += heading("Commands", terminal) + table(rows, terminal);
    text += heading("Options of every command", terminal) +
            table(option_rows({}, globals, false), terminal);
    return text + "\n\"" + name + " help COMMAND\" tells more about a command.\n";
}

std::string help(std::string_view program, const Command& command, std::span<const Option> globals,
                 bool full, const Terminal& terminal) {
    program = without_path(program);
    std::string name = std::string(program) + ' ' + std::string(command.name);
    auto width = static_cast<std::size_t>(terminal.width);
    std::string text = wrapped(name + ": " + std::string(command.summary), 0, width) +
                       "\n\nUsage: " + name + (command.options.empty() ? "" : " [OPTIONS]");
    if (!command.operands.empty()) text += ' ' + std::string(command.operands);
    text += '\n';
    if (full && !command.description.empty())
        text += '\n' + wrapped(command.description, 0, width) + '\n';
    if (!command.options.empty())
        text += heading("Options", terminal) +
                table(option_rows(command.name, command.options, full), terminal);
    if (!globals.empty())
        text += heading("Options of every command", terminal) +
                table(option_rows({}, globals, full), terminal);
    if (full && !command.examples.empty()) {
        text += heading("Examples", terminal);
        for (std::string_view example : command.examples)
            text += "  $ " + std::string(program) + ' ' + std::string(example) + '\n';
    }
    if (!full) text += "\n\"" + name + " --help\" tells more.\n";
    return text;
}

}  // namespace turngate::cli

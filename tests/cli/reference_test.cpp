// The pages of docs/reference, which are made from the tables of the commands.
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "cli/commands.h"

using namespace turngate::cli;

namespace {

const std::filesystem::path folder = TURNGATE_SOURCE_DIR "/docs/reference";

// Words that mean themselves in Markdown, also in a cell of a table.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|' || c == '*' || c == '_' || c == '<' || c == '>' || c == '`') result += '\\';
        result += c;
    }
    return result;
}

std::string code(std::string text) {
    for (std::size_t bar = 0; (bar = text.find('|', bar)) != std::string::npos; bar += 2)
        text.insert(bar, "\\");
    return '`' + text + '`';
}

std::string spellings(const Option& option) {
    std::string last = "--" + std::string(option.name);
    if (!option.value.empty())
        last += option.optional ? "[=" + std::string(option.value) + ']'
                                : ' ' + std::string(option.value);
    return (option.letter ? code(std::string("-") + option.letter) + ", " : "") + code(last);
}

std::string row(std::string_view command, const Option& option) {
    std::string text = "| " + spellings(option) + " | " + escaped(option.help);
    if (option.repeatable && option.kind != Value::none) text += "; repeatable";
    if (!option.fallback.empty()) text += "; default: " + code(std::string(option.fallback));
    text += " | ";
    const std::string names = variable_names(command, option);
    if (!names.empty()) text += code(names) + ' ';
    return text + "|\n";
}

std::string table(std::string_view command, std::span<const Option> options) {
    std::string text = "| Option | Meaning | Environment |\n|---|---|---|\n";
    for (const Option& option : options)
        text += row(command, option);
    return text;
}

constexpr std::string_view note =
    "<!-- Made from the program's tables: UPDATE_GOLDEN=1 cli_test --run_test=reference -->\n";

std::string page(const Command& command) {
    const std::string name = "turngate " + std::string(command.name);
    std::string text = std::string(note) + "# " + name + "\n\n" + escaped(command.summary) +
                       "\n\n```text\n" + name + (command.options.empty() ? "" : " [OPTIONS]") +
                       (command.operands.empty() ? "" : ' ' + std::string(command.operands)) +
                       "\n```\n";
    if (!command.description.empty()) text += '\n' + escaped(command.description) + '\n';
    text += "\n## Options\n\n";
    text += command.options.empty()
                ? "None but [those of every command](README.md#options-of-every-command).\n"
                : table(command.name, command.options) +
                      "\nAnd [those of every command](README.md#options-of-every-command).\n";
    if (command.examples.empty()) return text;
    text += "\n## Examples\n\n```text\n";
    for (const std::string_view example : command.examples)
        text += "turngate " + std::string(example) + '\n';
    return text + "```\n";
}

std::string file_name(const Command& command) {
    std::string name(command.name);
    for (char& c : name)
        if (c == ' ') c = '-';
    return name + ".md";
}

std::string index() {
    std::string text =
        std::string(note) +
        "# The commands\n\nWhat `turngate help COMMAND` and `turngate man COMMAND` "
        "tell; [the command line](../cli.md) tells the rest.\n\n| Command | |\n|---|---|\n";
    for (const Command* command : commands())
        text += "| [" + std::string(command->name) + "](" + file_name(*command) + ") | " +
                escaped(command->summary) + " |\n";
    return text + "\n## Options of every command\n\n" + table({}, global_options());
}

void check(const std::filesystem::path& path, const std::string& text) {
    if (std::getenv("UPDATE_GOLDEN")) std::ofstream(path) << text;
    std::stringstream written;
    written << std::ifstream(path).rdbuf();
    BOOST_TEST(written.str() == text,
               path.string() +
                   " differs from the tables; to write it anew: "
                   "UPDATE_GOLDEN=1 build/dev/tests/cli_test --run_test=reference");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reference)

BOOST_AUTO_TEST_CASE(every_command_has_its_page) {
    for (const Command* command : commands())
        check(folder / file_name(*command), page(*command));
    check(folder / "README.md", index());
}

BOOST_AUTO_TEST_CASE(no_page_is_of_a_command_that_is_not_there) {
    std::set<std::string> names = {"README.md"};
    for (const Command* command : commands())
        names.insert(file_name(*command));
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        BOOST_TEST(names.contains(entry.path().filename().string()), entry.path().string());
}

BOOST_AUTO_TEST_SUITE_END()

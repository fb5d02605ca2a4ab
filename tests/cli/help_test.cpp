// Help texts, and what they promise of the tables of the real commands.
#include "cli/help.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "cli/commands.h"
#include "cli/parse.h"

using namespace turngate::cli;

namespace {

constexpr Option options[] = {
    {.letter = 'j',
     .name = "jobs",
     .value = "N",
     .help = "how many at a time, which is a long story that takes more than one line to tell",
     .kind = Value::number,
     .fallback = "1"},
    {.name = "watch", .value = "GLOB", .help = "run again", .kind = Value::text, .optional = true},
    {.letter = 'H',
     .name = "header",
     .value = "'NAME: VALUE'",
     .help = "add",
     .kind = Value::text,
     .repeatable = true},
    {.letter = 'C', .name = "directory", .help = "secret", .environment = false},
};
constexpr std::string_view examples[] = {"run a.json"};
const Command command = {.name = "run",
                         .operands = "FILE...",
                         .summary = "run files",
                         .description = "First.\n\nSecond.",
                         .options = options,
                         .examples = examples,
                         .run = nullptr};

// The words of a command line as a shell takes them, up to a pipe or a redirection.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words(1);
    char quote = 0;
    for (const char c : line) {
        if (!quote && (c == '|' || c == '>')) break;
        if (c == quote)
            quote = 0;
        else if (!quote && (c == '\'' || c == '"'))
            quote = c;
        else if (!quote && c == ' ')
            words.emplace_back();
        else
            words.back() += c;
    }
    std::erase(words, "");
    return words;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(help_text)

BOOST_AUTO_TEST_CASE(the_long_help_says_everything_in_the_table) {
    Terminal terminal;
    terminal.width = 60;
    BOOST_TEST(help("/usr/bin/turngate", command, {}, true, terminal) ==
               "turngate run: run files\n"
               "\n"
               "Usage: turngate run [OPTIONS] FILE...\n"
               "\n"
               "First.\n"
               "\n"
               "Second.\n"
               "\n"
               "Options\n"
               "  -j, --jobs N                how many at a time, which is a\n"
               "                              long story that takes more\n"
               "                              than one line to tell\n"
               "                              [default: 1]\n"
               "                              [env: TURNGATE_RUN_JOBS]\n"
               "      --watch[=GLOB]          run again\n"
               "                              [env: TURNGATE_RUN_WATCH]\n"
               "  -H, --header 'NAME: VALUE'  add (repeatable)\n"
               "                              [env: TURNGATE_RUN_HEADER]\n"
               "  -C, --directory             secret\n"
               "\n"
               "Examples\n"
               "  $ turngate run a.json\n");
}

BOOST_AUTO_TEST_CASE(the_short_help_leaves_out_variables_and_examples) {
    std::string text = help("turngate", command, {}, false, {});
    BOOST_TEST(text.find("TURNGATE_") == std::string::npos);
    BOOST_TEST(text.find("Examples") == std::string::npos);
    BOOST_TEST(text.find("\"turngate run --help\" tells more.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_overview_names_every_command) {
    std::string text = overview("turngate", "", commands(), global_options(), {});
    for (const Command* each : commands())
        BOOST_TEST(text.find("\n  " + std::string(each->name)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_line_of_any_help_is_wider_than_the_terminal) {
    Terminal terminal;
    for (const Command* each : commands()) {
        std::string text = help("turngate", *each, global_options(), true, terminal);
        for (std::size_t begin = 0; begin < text.size();) {
            std::size_t end = text.find('\n', begin);
            std::string line = text.substr(begin, end - begin);
            if (!line.starts_with("  $ ") && !line.starts_with("Usage"))
                BOOST_TEST(line.size() <= 80u, line);
            begin = end + 1;
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(command_table)

BOOST_AUTO_TEST_CASE(no_option_hides_another) {
    for (const Command* each : commands()) {
        std::set<std::string> names;
        auto add = [&](const Option& option) {
            BOOST_TEST(names.insert("--" + std::string(option.name)).second, each->name);
            if (option.letter)
                BOOST_TEST(names.insert(std::string("-") + option.letter).second,
                           std::string(each->name) + " -" + option.letter);
        };
        for (const Option& option : each->options)
            add(option);
        for (const Option& option : global_options())
            add(option);
    }
}

BOOST_AUTO_TEST_CASE(every_option_of_a_command_has_its_variable) {
    for (const Command* each : commands())
        for (const Option& option : each->options)
            BOOST_TEST(!variable_names(each->name, option).empty(),
                       std::string(each->name) + " --" + std::string(option.name));
}

BOOST_AUTO_TEST_CASE(every_command_has_examples_which_are_command_lines) {
    for (const Command* each : commands()) {
        BOOST_TEST(!each->examples.empty(), each->name);
        for (const std::string_view example : each->examples) {
            const std::vector<std::string> words = words_of(example);
            const CommandLine line = parse(words, commands(), global_options(),
                                           [](const std::string&) { return std::nullopt; });
            BOOST_TEST((line.command == each), example);
        }
    }
}

BOOST_AUTO_TEST_CASE(values_and_placeholders_go_together) {
    for (const Command* each : commands()) {
        for (const Option& option : each->options) {
            BOOST_TEST((option.kind == Value::none) == option.value.empty(), option.name);
            BOOST_TEST((option.kind == Value::choice) == (option.choices != nullptr), option.name);
            BOOST_TEST((option.valid != nullptr) == !option.rule.empty(), option.name);
        }
        BOOST_TEST((each->run != nullptr), each->name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

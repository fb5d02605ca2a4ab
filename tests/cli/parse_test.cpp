// What the words of a command line come to.
#include "cli/parse.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "cli/commands.h"
#include "cli/exit_status.h"

using namespace turngate::cli;
namespace data = boost::unit_test::data;

namespace {

constexpr Option run_options[] = {
    {.letter = 'j',
     .name = "jobs",
     .value = "N",
     .help = "jobs",
     .kind = Value::number,
     .fallback = "1",
     .maximum = 64},
    {.letter = 'i', .name = "include", .help = "include"},
    {.letter = 's', .name = "strict", .help = "strict"},
    {.letter = 'H',
     .name = "header",
     .value = "FIELD",
     .help = "header",
     .kind = Value::text,
     .repeatable = true},
    {.letter = 't',
     .name = "target",
     .value = "HANDLER",
     .help = "target",
     .kind = Value::text,
     .fallback = "self"},
    {.name = "timeout",
     .value = "TIME",
     .help = "timeout",
     .kind = Value::duration,
     .fallback = "30s"},
    {.name = "max-body", .value = "SIZE", .help = "size", .kind = Value::size},
    {.name = "as",
     .value = "SHAPE",
     .help = "shape",
     .kind = Value::choice,
     .choices =
         [] {
             return std::vector<std::string_view>{"alb", "apigw-v1", "apigw-v2"};
         }},
    {.letter = 'w',
     .name = "watch",
     .value = "GLOB",
     .help = "watch",
     .kind = Value::text,
     .optional = true},
    {.name = "rate",
     .value = "RATE",
     .help = "rate",
     .kind = Value::text,
     .valid = [](std::string_view value) { return value.ends_with("/s"); },
     .rule = "a rate such as 100/s"},
};

const Command run_command = {
    .name = "run", .operands = "FILE...", .summary = "run", .options = run_options, .run = nullptr};
const Command event_new_command_ = {.name = "event new",
                                    .operands = "SHAPE",
                                    .summary = "new",
                                    .least_operands = 1,
                                    .most_operands = 1,
                                    .run = nullptr};
const Command event_list_command_ = {.name = "event list", .summary = "list", .run = nullptr};
const Command* const table[] = {&run_command, &event_new_command_, &event_list_command_};

using Variables = std::map<std::string, std::string>;

CommandLine line(const std::vector<std::string>& words, const Variables& variables = {}) {
    return parse(words, table, global_options(),
                 [&](const std::string& name) -> std::optional<std::string> {
                     auto it = variables.find(name);
                     return it == variables.end() ? std::nullopt : std::optional(it->second);
                 });
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::size_t begin = 0;
    while (begin < text.size()) {
        std::size_t end = std::min(text.find(' ', begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

// "message | hint" of the refusal, or "" if there is none.
std::string refusal(const std::vector<std::string>& words, const Variables& variables = {}) {
    try {
        line(words, variables);
        return "";
    } catch (const CommandError& e) {
        BOOST_TEST(e.status() == exit_status::usage);
        return std::string(e.what()) + " | " + e.hint();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parsing)

struct Spelling {
    const char* words;
    std::int64_t jobs;
};
std::ostream& operator<<(std::ostream& out, const Spelling& s) {
    return out << s.words;
}
const Spelling spellings[] = {
    {"run --jobs=4", 4},   {"run --jobs 4", 4},  {"run -j4", 4},
    {"run -j 4", 4},       {"run -j=4", 4},      {"run -ij4", 4},
    {"run -isj 4", 4},     {"run -j1 -j4", 4},   {"run a -j4 b", 4},
    {"run a -- -j4", 1},   {"run", 1},           {"run --jobs=0", 0},
    {"run --jobs=64", 64}, {"-v run -j4 -v", 4}, {"run --jobs 4 --", 4},
};

BOOST_DATA_TEST_CASE(a_value_can_be_given_in_every_usual_spelling, data::make(spellings), s) {
    BOOST_TEST(line(words_of(s.words)).arguments.number("jobs") == s.jobs);
}

BOOST_AUTO_TEST_CASE(switches_share_a_dash) {
    CommandLine l = line({"run", "-is"});
    BOOST_TEST(l.arguments.on("include"));
    BOOST_TEST(l.arguments.on("strict"));
    BOOST_TEST(!l.arguments.on("quiet"));
}

BOOST_AUTO_TEST_CASE(a_double_dash_ends_the_options) {
    CommandLine l = line({"run", "a", "--", "-i", "--", "-"});
    BOOST_TEST(l.arguments.operands() == (std::vector<std::string>{"a", "-i", "--", "-"}),
               boost::test_tools::per_element());
    BOOST_TEST(!l.arguments.on("include"));
}

BOOST_AUTO_TEST_CASE(a_single_dash_is_an_operand_and_a_value) {
    CommandLine l = line({"run", "-", "-t", "-"});
    BOOST_TEST(l.arguments.operands().size() == 1u);
    BOOST_TEST(l.arguments.text("target") == "-");
}

BOOST_AUTO_TEST_CASE(global_options_stand_before_and_after_the_command) {
    CommandLine l = line({"-v", "-C", "dir", "run", "-v", "--color=never"});
    BOOST_TEST(l.arguments.count("verbose") == 2u);
    BOOST_TEST(l.arguments.text("directory") == "dir");
    BOOST_TEST(l.arguments.text("color") == "never");
}

BOOST_AUTO_TEST_CASE(a_repeatable_option_keeps_every_value) {
    CommandLine l = line({"run", "-H", "A: 1", "--header=B: 2", "-HC: 3"});
    BOOST_TEST(l.arguments.all("header") == (std::vector<std::string>{"A: 1", "B: 2", "C: 3"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_optional_value_never_takes_the_next_word) {
    CommandLine l = line({"run", "--watch", "file"});
    BOOST_TEST(l.arguments.given("watch"));
    BOOST_TEST(l.arguments.text("watch") == "");
    BOOST_TEST(l.arguments.operands().size() == 1u);
    for (const char* word : {"--watch=*.cpp", "-w*.cpp"}) {
        CommandLine with = line({"run", word});
        BOOST_TEST(with.arguments.text("watch") == "*.cpp");
    }
    BOOST_TEST(!line({"run"}).arguments.given("watch"));
}

BOOST_AUTO_TEST_CASE(a_switch_can_be_switched_off) {
    BOOST_TEST(!line({"run", "--include=false"}).arguments.on("include"));
    BOOST_TEST(line({"run", "--include=yes"}).arguments.on("include"));
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_a_value) {
    CommandLine l = line({"run", "--target=", "-H", ""});
    BOOST_TEST(l.arguments.given("target"));
    BOOST_TEST(l.arguments.text("target") == "");
    BOOST_TEST(l.arguments.all("header").size() == 1u);
}

BOOST_AUTO_TEST_CASE(two_words_name_a_command_of_a_group) {
    BOOST_TEST(line({"event", "-q", "new", "alb"}).command->name == "event new");
    BOOST_TEST(line({"event", "--help"}).group == "event");
}

BOOST_AUTO_TEST_CASE(help_is_given_whatever_else_is_wrong_with_the_operands) {
    BOOST_TEST(line({"event", "new", "--help"}).long_help);
    BOOST_TEST(line({"event", "new", "-h"}).short_help);
    BOOST_TEST(line({"-h"}).short_help);
    BOOST_TEST(line({"--version"}).version);
    BOOST_TEST(line({"-V"}).version);
}

BOOST_AUTO_TEST_CASE(typed_values_are_what_they_say) {
    CommandLine l = line({"run", "--timeout", "1m30s", "--max-body=10MiB"});
    BOOST_TEST((l.arguments.duration("timeout") == std::chrono::seconds(90)));
    BOOST_TEST(l.arguments.size("max-body") == 10'485'760u);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_in_a_command_is_a_bug) {
    CommandLine l = line({"run"});
    BOOST_CHECK_THROW(l.arguments.text("nothing"), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(names_are_upper_case_and_shell_legal) {
    BOOST_TEST(environment_name("event new", "max-body") == "TURNGATE_EVENT_NEW_MAX_BODY");
    BOOST_TEST(environment_name("", "color") == "TURNGATE_COLOR");
}

BOOST_AUTO_TEST_CASE(a_flag_wins_over_a_variable_and_that_over_the_default) {
    const Variables variables = {{"TURNGATE_RUN_JOBS", "8"}};
    BOOST_TEST(line({"run"}).arguments.number("jobs") == 1);
    BOOST_TEST(!line({"run"}).arguments.given("jobs"));
    BOOST_TEST(line({"run"}, variables).arguments.number("jobs") == 8);
    BOOST_TEST(line({"run"}, variables).arguments.given("jobs"));
    BOOST_TEST(line({"run", "-j2"}, variables).arguments.number("jobs") == 2);
}

BOOST_AUTO_TEST_CASE(an_empty_variable_is_no_variable) {
    BOOST_TEST(line({"run"}, {{"TURNGATE_RUN_JOBS", ""}}).arguments.number("jobs") == 1);
}

BOOST_AUTO_TEST_CASE(a_repeatable_option_takes_one_value_a_line) {
    CommandLine l = line({"run"}, {{"TURNGATE_RUN_HEADER", "A: 1\nB: 2, 3\n"}});
    BOOST_TEST(l.arguments.all("header") == (std::vector<std::string>{"A: 1", "B: 2, 3"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(flags_replace_all_values_of_a_variable) {
    CommandLine l = line({"run", "-H", "C: 3"}, {{"TURNGATE_RUN_HEADER", "A: 1\nB: 2"}});
    BOOST_TEST(l.arguments.all("header").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_switch_is_true_or_false) {
    BOOST_TEST(line({"run"}, {{"TURNGATE_RUN_INCLUDE", "1"}}).arguments.on("include"));
    BOOST_TEST(!line({"run"}, {{"TURNGATE_RUN_INCLUDE", "off"}}).arguments.on("include"));
    BOOST_TEST(
        !line({"run", "--include=no"}, {{"TURNGATE_RUN_INCLUDE", "1"}}).arguments.on("include"));
}

BOOST_AUTO_TEST_CASE(a_bad_variable_is_named) {
    BOOST_TEST(refusal({"run"}, {{"TURNGATE_RUN_JOBS", "many"}}) ==
               "TURNGATE_RUN_JOBS: \"many\" is not a number from 0 to 64 | for example 4");
    BOOST_TEST(refusal({"run"}, {{"TURNGATE_RUN_INCLUDE", "maybe"}}) ==
               "TURNGATE_RUN_INCLUDE: \"maybe\" is not true or false | for example true");
}

BOOST_AUTO_TEST_CASE(variables_of_other_commands_do_not_matter) {
    BOOST_TEST(refusal({"event", "list"}, {{"TURNGATE_RUN_JOBS", "many"}}) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(refusals)

struct Mistake {
    const char* words;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Mistake& m) {
    return out << m.words;
}
const Mistake mistakes[] = {
    {"rnu", "unknown command \"rnu\" | did you mean run?"},
    {"xyz", "unknown command \"xyz\" | the commands are: run event"},
    {"event", "event needs one of its commands | write event and one of: new list"},
    {"event nwe", "unknown event command \"nwe\" | did you mean new?"},
    {"event new", "event new needs SHAPE | see event new --help"},
    {"event new a b",
     "unexpected argument \"b\": event new takes only SHAPE | "
     "see event new --help"},
    {"event list a", "unexpected argument \"a\": event list takes none | see event list --help"},
    {"run --jbos=4", "unknown option --jbos of run | did you mean --jobs?"},
    {"run --zzzz", "unknown option --zzzz of run | see run --help"},
    {"run -z", "unknown option -z of run | see run --help"},
    {"-j4 run", "unknown option -j | options of a command stand behind the command"},
    {"--jobs 4 run", "unknown option --jobs | options of a command stand behind the command"},
    {"--colour=never", "unknown option --colour | did you mean --color?"},
    {"run --jobs", "--jobs needs a value: N | write --jobs N"},
    {"run -j", "-j needs a value: N | write -j N"},
    {"run --target --jobs",
     "--target needs a value: HANDLER, and \"--jobs\" looks like an option "
     "| write --target=--jobs if it is meant as the value"},
    {"run --jobs=x", "--jobs: \"x\" is not a number from 0 to 64 | for example 4"},
    {"run --jobs=", "--jobs: \"\" is not a number from 0 to 64 | for example 4"},
    {"run -j65", "-j: \"65\" is not a number from 0 to 64 | for example 4"},
    {"run -j-1", "-j: \"-1\" is not a number from 0 to 64 | for example 4"},
    {"run -j4x", "-j: \"4x\" is not a number from 0 to 64 | for example 4"},
    {"run -j99999999999999999999",
     "-j: \"99999999999999999999\" is not a number from 0 to 64 | "
     "for example 4"},
    {"run --timeout=30",
     "--timeout: \"30\" is not a duration with a unit | "
     "for example 2s or 500ms"},
    {"run --max-body=big", "--max-body: \"big\" is not a size | for example 10MiB or 4096"},
    {"run --as=abl", "--as: \"abl\" is not a known SHAPE | did you mean alb?"},
    {"run --as=soap", "--as: \"soap\" is not a known SHAPE | known are: alb apigw-v1 apigw-v2"},
    {"run --rate=5", "--rate: \"5\" is not a rate such as 100/s | see --help"},
    {"run --include=5", "--include: \"5\" is not true or false | for example true"},
    {"run --", ""},
};

BOOST_DATA_TEST_CASE(a_mistake_is_named_with_its_rule_and_its_remedy, data::make(mistakes), m) {
    BOOST_TEST(refusal(words_of(m.words)) == m.message);
}

BOOST_AUTO_TEST_CASE(advice_names_each_word_once) {
    try {
        parse(std::vector<std::string>{"xyzzy-quux"}, commands(), global_options(),
              [](const std::string&) { return std::nullopt; });
        BOOST_FAIL("it is no command");
    } catch (const CommandError& e) {
        std::vector<std::string> words = words_of(e.hint());
        std::sort(words.begin(), words.end());
        const auto twice = std::adjacent_find(words.begin(), words.end());
        BOOST_TEST((twice == words.end()), e.hint());
    }
}

BOOST_AUTO_TEST_CASE(the_version_takes_no_operand) {
    const auto version = [](const std::vector<std::string>& words) {
        parse(words, commands(), global_options(), [](const std::string&) { return std::nullopt; });
    };
    for (const char* word : {"--version", "-V", "version"})
        BOOST_CHECK_EXCEPTION(version({word, "foo"}), CommandError, [](const CommandError& e) {
            return e.status() == exit_status::usage &&
                   e.what() == std::string("unexpected argument \"foo\": version takes none");
        });
    BOOST_CHECK_NO_THROW(version({"--version", "--json"}));
    BOOST_CHECK_NO_THROW(version({"replay", "--version"}));
}

BOOST_AUTO_TEST_CASE(control_characters_of_the_command_line_do_not_reach_the_terminal) {
    BOOST_TEST(refusal({"\x1b[2J"}).find('\x1b') == std::string::npos);
    BOOST_TEST(refusal({"run", "--\x1b[2J"}).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_huge_word_is_cut_short_in_the_message) {
    BOOST_TEST(refusal({std::string(1'000'000, 'x')}).size() < 300u);
    BOOST_TEST(refusal({"run", "--" + std::string(1'000'000, 'x')}).size() < 300u);
}

BOOST_AUTO_TEST_SUITE_END()

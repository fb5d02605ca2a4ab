// What configuration files say, in either language.
#include "cli/configuration.h"

#include <map>
#include <string>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "cli/commands.h"
#include "cli/parse.h"
#include "cli/report_formats.h"

using namespace turngate::cli;

namespace {

Configuration configured(std::string_view toml, std::string_view profile = {},
                         const std::string& before = {}) {
    Configuration configuration(commands(), global_options());
    configuration.add(read_toml(toml, "turngate.toml"), "turngate.toml", before, profile);
    return configuration;
}

using Variables = std::map<std::string, std::string>;

CommandLine line(const std::vector<std::string>& words, const Configuration& configuration,
                 const Variables& variables = {}) {
    return parse(
        words, commands(), global_options(),
        [&](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt
                                            : std::optional<std::string>(found->second);
        },
        [&](const Arguments&) { return configuration; });
}

std::string text_of(const CommandLine& line, std::string_view name) {
    return std::string(line.arguments.text(name));
}

std::size_t count_of(const CommandLine& line, std::string_view name) {
    return line.arguments.all(name).size();
}

std::size_t operands_of(const CommandLine& line) {
    return line.arguments.operands().size();
}

std::string message(const CommandError& e) {
    return std::string(e.what()) + " | " + e.hint();
}

template <class Work>
std::string problem_of(Work work) {
    try {
        work();
        return "none";
    } catch (const CommandError& e) {
        BOOST_TEST(e.status() == exit_status::usage);
        return message(e);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(configuration)

BOOST_AUTO_TEST_CASE(a_file_is_weaker_than_the_environment_and_flags) {
    const Configuration configuration = configured("[replay]\njobs = 4\n");

    BOOST_TEST(line({"replay", "x"}, {}).arguments.number("jobs") == 1);
    BOOST_TEST(line({"replay", "x"}, configuration).arguments.number("jobs") == 4);
    BOOST_TEST(line({"replay", "x"}, configuration, {{"TURNGATE_REPLAY_JOBS", "5"}})
                   .arguments.number("jobs") == 5);
    BOOST_TEST(line({"replay", "x", "-j6"}, configuration, {{"TURNGATE_REPLAY_JOBS", "5"}})
                   .arguments.number("jobs") == 6);
}

BOOST_AUTO_TEST_CASE(a_variable_that_the_command_reads_itself_is_stronger_too) {
    const Configuration configuration =
        configured("[serve]\nport = 81\n[limits]\nmax_body = \"1k\"\n");

    BOOST_TEST(line({"serve", "x"}, configuration).arguments.given("port"));
    BOOST_TEST(!line({"serve", "x"}, configuration, {{"PORT", "82"}}).arguments.given("port"));
    BOOST_TEST(!line({"serve", "x"}, configuration, {{"TURNGATE_MAX_BODY", "2k"}})
                    .arguments.given("max-body"));
}

BOOST_AUTO_TEST_CASE(a_profile_is_stronger_than_the_rest_and_later_files_than_earlier_ones) {
    Configuration configuration(commands(), global_options());
    const auto add = [&](const char* text) {
        return configuration.add(read_toml(text, "f"), "f", "", "ci");
    };
    BOOST_TEST(
        add("[replay]\njobs = 2\ntimeout = \"1s\"\nfail_fast = 1\n"
            "[profile.ci.replay]\njobs = 3\nfail_fast = 2"));
    BOOST_TEST(!add("[replay]\njobs = 4\n[profile.local.replay]\njobs = 9"));
    BOOST_TEST(add("[replay]\nupdate = \"new\"\n[profile.ci]\nreplay = { update = \"all\" }"));

    const Arguments arguments = line({"replay", "x"}, configuration).arguments;
    BOOST_TEST(arguments.number("jobs") == 4);
    BOOST_TEST(arguments.text("timeout") == "1s");
    BOOST_TEST(arguments.text("fail-fast") == "2");
    BOOST_TEST(arguments.text("update") == "all");
}

BOOST_AUTO_TEST_CASE(what_is_for_one_command_is_stronger_than_what_is_for_all) {
    const Configuration configuration = configured(
        "target = \"cgi:./a\"\nevents = [\"x.json\", \"y/**\"]\n"
        "[invoke]\ntarget = \"cgi:./b\"\n[serve]\nmax_body = \"1k\"\n[limits]\nmax_body = \"2k\"\n"
        "max_threads = 8\n");

    const CommandLine replay = line({"replay"}, configuration);
    BOOST_TEST(replay.arguments.text("target") == "cgi:./a");
    BOOST_TEST(replay.arguments.operands() == (std::vector<std::string>{"x.json", "y/**"}),
               boost::test_tools::per_element());
    BOOST_TEST(operands_of(line({"replay", "z"}, configuration)) == 1u);
    BOOST_TEST(text_of(line({"invoke", "/"}, configuration), "target") == "cgi:./b");
    const CommandLine serve = line({"serve"}, configuration);
    BOOST_TEST(serve.arguments.operands().at(0) == "cgi:./a");
    BOOST_TEST(serve.arguments.size("max-body") == 1024u);
    BOOST_TEST(serve.arguments.text("max-threads") == "8");
}

BOOST_AUTO_TEST_CASE(values_are_what_flags_take) {
    const Configuration configuration = configured(
        "quiet = true\n[replay]\nignore = [\"/a\", \"/b\"]\nignore_header = \"etag\"\nlenient = "
        "false\n"
        "fail-fast = true\n[event.convert]\nas = \"alb\"\n[host.lambda]\ninstances = 2\n");

    const CommandLine replay = line({"replay", "x"}, configuration);
    BOOST_TEST(replay.arguments.on("quiet"));
    BOOST_TEST(replay.arguments.all("ignore").size() == 2u);
    BOOST_TEST(replay.arguments.text("ignore-header") == "etag");
    BOOST_TEST(!replay.arguments.on("lenient"));
    BOOST_TEST(replay.arguments.given("fail-fast"));
    BOOST_TEST(replay.arguments.text("fail-fast").empty());
    BOOST_TEST(text_of(line({"event", "convert", "x"}, configuration), "as") == "alb");
    BOOST_TEST(line({"host", "lambda", "x"}, configuration).arguments.number("instances") == 2);
    // A list of the command line is another list, not a longer one.
    BOOST_TEST(count_of(line({"replay", "x", "--ignore", "/c"}, configuration), "ignore") == 1u);
}

struct Excluded {
    const char* toml;
    std::vector<std::string> words;
    const char* dropped;
    const char* kept;
};
std::ostream& operator<<(std::ostream& out, const Excluded& excluded) {
    return out << excluded.toml;
}

const char* const binary = "[replay]\nstrict = \"apigw-v1\"\nbinary_type = \"image/*\"";

// Either way round.
const Excluded excluded[] = {
    {"[replay]\nrate = \"9/s\"", {"replay", "x", "--pace=recorded"}, "rate", "pace"},
    {"[replay]\npace = \"recorded\"", {"replay", "x", "-r9"}, "pace", "rate"},
    {"[replay]\npace = \"recorded\"", {"replay", "x", "--shuffle"}, "pace", "shuffle"},
    {"[replay]\nshuffle = true", {"replay", "x", "--pace=recorded"}, "shuffle", "pace"},
    {"[replay]\nshuffle = 3", {"replay", "x", "-uall"}, "shuffle", "update"},
    {"[replay]\nupdate = \"new\"", {"replay", "x", "--shuffle"}, "update", "shuffle"},
    {"[replay]\nwatch = true", {"replay", "x", "--diff-tool=a"}, "watch", "diff-tool"},
    {"[replay]\ndiff_tool = \"a\"", {"replay", "x", "--watch"}, "diff-tool", "watch"},
    {binary, {"replay", "x", "--strict=alb"}, "binary-type", "strict"},
    {"[bench]\nlimit = 9", {"bench", "x", "-z1s"}, "limit", "duration"},
    {"[bench]\nduration = \"1s\"", {"bench", "x", "-n9"}, "duration", "limit"},
    {"[invoke]\nevent = \"e.json\"", {"invoke", "-XPUT"}, "event", "method"},
    {"[invoke]\nmethod = \"PUT\"", {"invoke", "-ee.json"}, "method", "event"},
    {"[invoke]\nevent = \"e.json\"", {"invoke", "-HA: b"}, "event", "header"},
    {"[invoke]\nheader = [\"A: b\"]", {"invoke", "-ee.json"}, "header", "event"},
    {"[invoke]\nevent = \"e.json\"", {"invoke", "-d1"}, "event", "data"},
    {"[invoke]\ndata = \"1\"", {"invoke", "-ee.json"}, "data", "event"},
    {"[invoke]\nevent = \"e.json\"", {"invoke", "/x"}, "event", "target"},
    {"[record]\nto = \"http://h\"", {"record", "cgi:x"}, "to", "as"},
};

BOOST_DATA_TEST_CASE(a_flag_takes_the_place_of_what_a_file_says_otherwise, excluded, each) {
    const CommandLine told = line(each.words, configured(each.toml));
    BOOST_TEST(!told.arguments.given(each.dropped));
    BOOST_TEST(text_of(told, each.dropped) ==
               text_of(line(each.words, {}), each.dropped));  // a default comes back
    BOOST_TEST(text_of(told, each.kept) == text_of(line(each.words, {}), each.kept));
}

BOOST_AUTO_TEST_CASE(what_excludes_nothing_takes_no_place) {
    const auto given = [](const char* toml, const std::vector<std::string>& words,
                          const char* name) {
        return line(words, configured(toml)).arguments.given(name);
    };
    BOOST_TEST(given("[replay]\nshuffle = true", {"replay", "x", "-unone"}, "shuffle"));
    BOOST_TEST(given("[replay]\ndiff_tool = \"a\"", {"replay", "x", "--watch=no"}, "diff-tool"));
    BOOST_TEST(given("[replay]\nwatch = true", {"replay", "x", "--diff-tool="}, "watch"));
    BOOST_TEST(given(binary, {"replay", "x", "--strict=apigw-v1"}, "binary-type"));
    BOOST_TEST(given(binary, {"replay", "x", "--binary-type=a/b"}, "strict"));
    // Nor do two that the same file says: that is for the command to refuse.
    const char* both = "[bench]\nlimit = 1\nduration = \"1s\"";
    BOOST_TEST(given(both, {"bench", "x"}, "limit"));
    BOOST_TEST(given(both, {"bench", "x"}, "duration"));
}

BOOST_AUTO_TEST_CASE(a_stronger_file_or_profile_takes_the_place_of_what_a_weaker_one_says) {
    const auto of_two = [](const char* own, const char* project) {
        Configuration both(commands(), global_options());
        for (const char* toml : {own, project})
            both.add(read_toml(toml, "f"), "f", "", "ci");
        return both;
    };
    const char* limit = "[bench]\nlimit = 9";
    const char* duration = "[bench]\nduration = \"1s\"";
    const char* profile = "[profile.ci.bench]\nlimit = 9";
    const char* both = "[bench]\nduration = \"1s\"\n[profile.ci.bench]\nlimit = 9";
    const auto kept = [](const Configuration& configuration) {
        const CommandLine told = line({"bench", "x"}, configuration);
        return std::string(told.arguments.given("limit") ? "limit " : "") +
               (told.arguments.given("duration") ? "duration" : "");
    };
    BOOST_TEST(kept(of_two(limit, duration)) == "duration");
    BOOST_TEST(kept(of_two(duration, limit)) == "limit ");
    BOOST_TEST(kept(of_two(profile, duration)) == "duration");
    BOOST_TEST(kept(of_two(duration, profile)) == "limit ");
    BOOST_TEST(kept(of_two("", both)) == "limit ");

    const char* json = "[replay]\nformat = \"json\"";
    const char* tap = "[replay]\nreport = [\"tap=-\"]";
    const auto standard_output = [&](const char* own, const char* project) {
        return requested_reports(line({"replay", "x"}, of_two(own, project)).arguments)
            .standard_output;
    };
    BOOST_TEST(standard_output(json, tap) == "tap");
    BOOST_TEST(standard_output(tap, json) == "json");
}

BOOST_AUTO_TEST_CASE(what_has_had_to_go_takes_no_place) {
    const Variables variables = {{"TURNGATE_REPLAY_PACE", "recorded"}};
    const CommandLine told =
        line({"replay", "x", "--shuffle"}, configured("[replay]\nrate = \"50/s\""), variables);
    BOOST_TEST(text_of(told, "rate") == "50/s");
    BOOST_TEST(!told.arguments.given("pace"));
    BOOST_TEST(told.arguments.given("shuffle"));
}

BOOST_AUTO_TEST_CASE(the_environment_takes_the_place_of_what_a_file_says_and_gives_it_to_a_flag) {
    const Configuration file = configured("[bench]\nlimit = 9");
    const Variables variables = {{"TURNGATE_BENCH_DURATION", "1s"}};
    const CommandLine told = line({"bench", "x"}, file, variables);
    BOOST_TEST(!told.arguments.given("limit"));
    BOOST_TEST(told.arguments.given("duration"));
    BOOST_TEST(!line({"bench", "x", "-n9"}, file, variables).arguments.given("duration"));
}

BOOST_AUTO_TEST_CASE(paths_lead_from_the_file) {
    const Configuration configuration = configured(
        "target = \"cgi:./app?arg=x\"\nevents = [\"events/**\", \"/abs\"]\n"
        "[replay]\nreport = [\"junit=out.xml\"]\n[record]\noutput = \"events\"\n"
        "to = \"http+unix:run/app.sock\"\nlisten = \"unix:run/x.sock\"\n"
        "[invoke]\ntarget = \"http://127.0.0.1:1\"\nevent = \"e.json\"\ndata = \"@o.json\"\n"
        "[event.new]\ndata = \"unix:@o\"\n",
        "", "../../");

    const CommandLine replay = line({"replay"}, configuration);
    BOOST_TEST(replay.arguments.text("target") == "cgi:../.././app?arg=x");
    BOOST_TEST(replay.arguments.operands() == (std::vector<std::string>{"../../events/**", "/abs"}),
               boost::test_tools::per_element());
    BOOST_TEST(replay.arguments.text("report") == "junit=../../out.xml");
    const CommandLine recording = line({"record"}, configuration);
    BOOST_TEST(recording.arguments.text("output") == "../../events");
    BOOST_TEST(recording.arguments.text("to") == "http+unix:../../run/app.sock");
    BOOST_TEST(recording.arguments.text("listen") == "unix:../../run/x.sock");
    BOOST_TEST(text_of(line({"event", "new", "alb"}, configuration), "data") == "unix:@o");
    const CommandLine invoke = line({"invoke"}, configuration);
    BOOST_TEST(invoke.arguments.text("target") == "http://127.0.0.1:1");
    BOOST_TEST(invoke.arguments.text("event") == "../../e.json");
    BOOST_TEST(invoke.arguments.text("data") == "@../../o.json");
}

const std::pair<const char*, const char*> handlers[] = {
    {"cgi:app?spool-dir=tmp&arg=x", "cgi:../app?spool-dir=../tmp&arg=x"},
    {"cgi:%2Fapp", "cgi:%2Fapp"},
    {"cgi-dir:bin", "cgi-dir:../bin"},
    {"files:public?index=a", "files:../public?index=a"},
    {"lambda:./bootstrap?instances=4", "lambda:.././bootstrap?instances=4"},
    {"plugin:a.so?config=root", "plugin:../a.so?config=root"},
    {"http+unix:app.sock:/base", "http+unix:../app.sock:/base"},
    {"fcgi:unix:app.sock", "fcgi:unix:../app.sock"},
    {"fcgi:unix:a,h:9000,unix:/b,unix:c?root=www",
     "fcgi:unix:../a,h:9000,unix:/b,unix:../c?root=../www"},
    {"fcgi:h:9000?root=www&index=index.php&try=/i.php",
     "fcgi:h:9000?root=../www&index=index.php&try=/i.php"},
    {"fcgi:h:9000?root=/www&sendfile=a&accel=/p/=b",
     "fcgi:h:9000?root=/www&sendfile=../a&accel=/p/=../b"},
    {"fcgi:h:9000?root=%2Fwww&accel=/p/=/b&root", "fcgi:h:9000?root=%2Fwww&accel=/p/=/b&root"},
    {"fcgi:spawn?root=www&sendfile=a:exec php-cgi ./x?root=y",
     "fcgi:spawn?root=../www&sendfile=../a:exec php-cgi ./x?root=y"},
    // Commands are a shell's.
    {"fcgi:spawn:./app.fcgi", "fcgi:spawn:./app.fcgi"},
    {"http:spawn:./app root=x", "http:spawn:./app root=x"},
    {"http://h/a?root=x", "http://h/a?root=x"},
    {"self", "self"},
};

BOOST_AUTO_TEST_CASE(those_of_a_handler_and_its_options_do_too) {
    for (const auto& [uri, expected] : handlers) {
        const Configuration configuration =
            configured("target = \"" + std::string(uri) + '"', "", "../");
        BOOST_TEST(text_of(line({"replay", "x"}, configuration), "target") == expected);
        const CommandLine serve = line({"serve"}, configuration);
        BOOST_TEST(serve.arguments.operands().at(0) == expected);
    }
    // What means something in a URI does not in the name of a directory.
    BOOST_TEST(text_of(line({"replay", "x"},
                            configured("target = \"fcgi:unix:s?root=w\"", "", "/a b,c?&%41/")),
                       "target") ==
               "fcgi:unix:/a%20b%2Cc%3F%26%2541/s?root=/a%20b%2Cc%3F%26%2541/w");
}

BOOST_AUTO_TEST_CASE(patterns_of_what_is_watched_do_too) {
    const CommandLine serve =
        line({"serve", "x"},
             configured("[serve]\nwatch = [\"src/**\", \"!**/*.log\", \"/abs/*\", \"!/abs/x\"]", "",
                        "../"));
    BOOST_TEST(serve.arguments.all("watch") ==
                   (std::vector<std::string>{"../src/**", "!../**/*.log", "/abs/*", "!/abs/x"}),
               boost::test_tools::per_element());
    // Those that select events are of their names, wherever they are.
    BOOST_TEST(text_of(line({"replay", "x"}, configured("[replay]\nonly = \"a/*\"", "", "../")),
                       "only") == "a/*");
}

BOOST_AUTO_TEST_CASE(deployed_programs_read_no_file) {
    const Configuration configuration = configured("[limits]\nmax_body = \"1k\"\n");

    for (const char* command : {"run", "version"})
        BOOST_CHECK_NO_THROW(parse(
            std::vector<std::string>{command}, commands(), global_options(),
            [](const std::string&) { return std::nullopt; },
            [](const Arguments&) -> Configuration { throw std::logic_error("read"); }));
    BOOST_TEST(!line({"run"}, configuration).arguments.given("max-body"));
    BOOST_TEST(problem_of([&] {
                   line({"run", "-x", "ci"}, configuration);
               }) == "run reads no configuration file | leave --profile out");
}

struct Mistake {
    const char* name;
    const char* toml;
    const char* problem;
};
std::ostream& operator<<(std::ostream& out, const Mistake& mistake) {
    return out << mistake.name;
}

const Mistake mistakes[] = {
    {"a key", "\ntraget = \"self\"", "turngate.toml:2: unknown key traget | did you mean target?"},
    {"a command", "[replya]", "turngate.toml:1: unknown key replya | did you mean replay?"},
    {"an option", "[replay]\n\njbos = 4",
     "turngate.toml:3: unknown key replay.jbos | did you mean jobs?"},
    {"of a group", "[event.convrt]\nas = \"alb\"",
     "turngate.toml:1: unknown key event.convrt | did you mean convert?"},
    {"a limit", "[limits]\nmax_bdy = 1",
     "turngate.toml:2: unknown key limits.max_bdy | did you mean max_body?"},
    {"in a profile that is not taken", "[profile.ci.replay]\njbos = 1",
     "turngate.toml:2: unknown key profile.ci.replay.jbos | did you mean jobs?"},
    {"a shape", "[replay]\nas = \"apigw-v3\"",
     "turngate.toml:2: replay.as: \"apigw-v3\" is not a known SHAPE | did you mean apigw-v1?"},
    {"a number", "[replay]\njobs = \"many\"",
     "turngate.toml:2: replay.jobs: \"many\" is not a number from 0 to 1024 | for example 4"},
    {"a duration", "[replay]\ntimeout = 30",
     "turngate.toml:2: replay.timeout: \"30\" is not a duration with a unit | for example 2s or "
     "500ms"},
    {"a rule", "[record]\nredact = [\"a b\"]",
     "turngate.toml:2: record.redact: \"a b\" is not NAME, query:NAME, cookie:NAME, form:NAME, a "
     "JSON pointer into a body, or !RULE | see --help"},
    {"a switch", "[replay]\nlenient = \"yes\"",
     "turngate.toml:2: replay.lenient is true or false | write it without quotes"},
    {"a list", "[replay]\njobs = [1]",
     "turngate.toml:2: replay.jobs needs text | write it between quotes"},
    {"a table", "replay = 1",
     "turngate.toml:1: replay is a table | write its keys below a line [replay]"},
    {"a date", "target = 2026-01-01",
     "turngate.toml:1: a value of this kind is no setting | write text between quotes, a whole "
     "number, true or false"},
    {"what a file cannot say", "directory = \"/\"",
     "turngate.toml:1: unknown key directory | known are: target events limits"},
    {"a deployed command", "[run]\nas = \"cgi\"", "turngate.toml:1: unknown key run | "},
};

BOOST_DATA_TEST_CASE(mistakes_are_told_with_their_places, mistakes, mistake) {
    const std::string problem = problem_of([&] { configured(mistake.toml); });
    BOOST_TEST(problem.starts_with(mistake.problem), problem);
}

BOOST_AUTO_TEST_CASE(each_known_key_is_named_once) {
    BOOST_TEST(problem_of([] { configured("zzzzzzzz = 1"); }) ==
               "turngate.toml:1: unknown key zzzzzzzz | known are: target events limits profile "
               "quiet verbose color log_format log_level serve record replay bench invoke event "
               "host");
}

BOOST_AUTO_TEST_CASE(what_is_no_toml_is_told_with_its_line) {
    const std::string problem = problem_of([] { read_toml("a = 1\nb = \n", "x/turngate.toml"); });
    BOOST_TEST(problem.starts_with("x/turngate.toml:2: "), problem);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(jsonc)

BOOST_AUTO_TEST_CASE(it_says_what_toml_says) {
    Configuration configuration(commands(), global_options());
    configuration.add(read_jsonc(R"(// the project
{
  "$schema": "https://example.com/turngate.schema.json",
  "target": "cgi:/*not a comment*/app", /* one
                                           of two lines */
  "replay": {
    "jobs": 4, // so many
    "ignore": ["/a//b", "/b",],
    "lenient": true,
  },
}
)",
                                 "turngate.jsonc"),
                      "turngate.jsonc", "", "");

    const CommandLine replay = line({"replay", "x"}, configuration);
    BOOST_TEST(replay.arguments.text("target") == "cgi:/*not a comment*/app");
    BOOST_TEST(replay.arguments.number("jobs") == 4);
    BOOST_TEST(replay.arguments.all("ignore") == (std::vector<std::string>{"/a//b", "/b"}),
               boost::test_tools::per_element());
    BOOST_TEST(replay.arguments.on("lenient"));
}

struct Broken {
    const char* text;
    const char* problem;
};
std::ostream& operator<<(std::ostream& out, const Broken& broken) {
    return out << broken.text;
}

const Broken broken[] = {
    {"{\"a\": 1,\n\n \"a\": 2}", "f:3: \"a\" is given twice | leave one of them out"},
    {"{\n\"a\": null}", "f:2: null is no setting | leave it out"},
    {"[1]", "f:1: no object | begin with {"},
    {"{}\n  /* ", "f:2:3: a comment that does not end | write */"},
    {"{,}", "f:1:2: expected a member's name in quotes, found ','"},
    {"{\"a\": 1,,}", "f:1:10: expected a member's name in quotes, found '}'"},
    {"", "f:1:1: expected a value, found the end of the text"},
    {"{\"a\": \"", "f:1:8: expected the string to end in a quote, found the end of the text"},
    {"{\"a\": \"\\", "f:1:8: unknown escape in a string"},
    {"/", "f:1:1: expected a value, found '/'"},
    {"{\n  \"a\": 1 // one\n  \"b\": 2\n}",
     "f:3:3: expected ',' or '}' after a member, found '\"'"},
    {"{\n\t\"\xC3\xA4\xE2\x82\xAC\" 1}", "f:2:7: expected ':' after a member's name, found '1'"},
    {"{\"a\": [1 /* x\ny */ 2]}", "f:2:6: expected ',' or ']' after an item, found '2'"},
    {"{}\n\n{}", "f:3:1: expected nothing after the value, found '{'"},
    {"{\"a\": tru}", "f:1:10: expected a value, found '}'"},
    {"{\"a\":\n\"\xFF\"}", "f:2:2: not UTF-8"},
};

BOOST_DATA_TEST_CASE(what_is_none_is_told, broken, each) {
    const std::string problem = problem_of([&] { read_jsonc(each.text, "f"); });
    const bool is_syntax = std::string_view(each.problem).find(" | ") == std::string_view::npos;
    BOOST_TEST(problem ==
               each.problem + std::string(is_syntax
                                              ? " | write JSON; comments may stand in it, and a "
                                                "comma behind a last item"
                                              : ""));
}

BOOST_AUTO_TEST_CASE(toml_that_is_none_is_told_with_its_line) {
    for (const char* text : {"a = 1\n[/x]", "a = 1\n\xC3\x89 = 1", "a = 1\nb = 1!\"\xC9\x86\"{"}) {
        const std::string problem = problem_of([&] { read_toml(text, "f"); });
        BOOST_TEST(problem.starts_with("f:2: "), problem);
        BOOST_TEST(problem.ends_with(" | write TOML: tables as [replay], text between quotes"),
                   problem);
    }
}

BOOST_AUTO_TEST_CASE(a_key_leads_only_so_deep) {
    std::string deep = "# a comment. ";
    for (int i = 0; i < 100; ++i)
        deep += "and more. ";
    deep += "\na = \"" + std::string(200, '.') + "\"\n";
    read_toml(deep, "f");
    for (int i = 0; i < 200000; ++i)
        deep += "a.";
    BOOST_TEST(problem_of([&] { read_toml(deep + "a = 1", "f"); }) ==
               "f:3: a key of more than 64 parts | write keys as profile.ci.replay.jobs");
}

BOOST_AUTO_TEST_SUITE_END()

// Reports in formats that others have specified, held to the specifications.
#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "replay/printable.h"
#include "replay/report.h"

using namespace turngate;
using namespace turngate::replay;

namespace {

// Events of every outcome, with names and texts that mean something to some format.
std::vector<Result> results() {
    std::vector<Result> out;
    const char* const names[] = {"a/<b>|`c`&#[d](e)*_~\\.json",
                                 "#not a directive",
                                 "a # SKIP b \\# c",
                                 "::error::x",
                                 "a%0A,b:c=d.json",
                                 "lines.ndjson:17",
                                 "-- 1..9",
                                 "a\nok 9\n::stop",
                                 "```\n| x |",
                                 "\x1b[31m\xff",
                                 "@user http://x.example www.x.example",
                                 "@org/team #123 GH-1 o/r#2 </code>@x <img src=x onerror=y>"};
    for (const char* name : names)
        for (const Verdict verdict : {Verdict::passed, Verdict::failed, Verdict::fresh,
                                      Verdict::updated, Verdict::unreadable, Verdict::skipped}) {
            Result r;
            r.verdict = verdict;
            r.name = name;
            r.format = events::Format::alb;
            r.method = "GET";
            r.target = std::string("/") + name;
            r.status = 200;
            r.line = std::string_view(name) == "lines.ndjson:17" ? 17 : 0;
            r.latency = std::chrono::microseconds(1234);
            if (verdict == Verdict::failed || verdict == Verdict::unreadable) {
                r.problem = name;
                r.hint = name;
                r.notes = {name, "second\nline"};
                r.differences = {{Difference::Part::json, "/a", name, {}},
                                 {Difference::Part::text, {}, "one\n```\n", "one\n````\n\x1b"}};
                r.violations = {{"a-rule", "alb", name, "at most 1", "mend it: \"so\""}};
            } else if (verdict != Verdict::passed) {
                r.problem = name;
            }
            out.push_back(std::move(r));
        }
    return out;
}

std::string reported(std::unique_ptr<Report> (*make)(cli::Output&), const std::vector<Result>& all,
                     const std::function<void(Summary&)>& change = {}) {
    std::string text;
    cli::Output out(text);
    const auto report = make(out);
    Summary summary;
    for (const Result& result : all) {
        summary.count(result);
        report->event(result);
    }
    if (change) change(summary);
    report->end(summary);
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    BOOST_TEST(text.ends_with('\n'));
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
        out.push_back(text.substr(at, text.find('\n', at) - at));
    return out;
}

// What is wrong with a document, by the grammar of testanything.org/tap-version-14-specification;
// counts the points.
std::string tap_fault(const std::string& text, std::size_t& points) {
    // Description: (EscapedChar | any but '#', '\' and newline)*; Directive: " # SKIP" (" "
    // reason)?
    static const std::regex point(
        R"((not )?ok ([0-9]+)( -)? ((?:\\[#\\]|[^#\\])*?)( # (?:SKIP|TODO)( (?:\\[#\\]|[^#\\])*)?)?)");
    static const std::regex plan(R"(1\.\.([0-9]+)( # .*)?)");
    // Of YAML 1.2: a double-quoted scalar in which nothing but '"' and '\' is escaped, or the
    // beginning of a literal block, whose lines are indented further.
    static const std::regex yaml(R"(  [a-z]+: (?:"(?:\\["\\]|[^"\\])*"|\|2))");
    const std::vector<std::string> lines = lines_of(text);
    points = 0;
    bool has_plan = false, has_ended = false, in_yaml = false, in_block = false;
    if (lines.empty() || lines[0] != "TAP version 14") return "no version";
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string& line = lines[i];
        std::smatch found;
        if (in_yaml) {
            if (line == "  ...") {
                in_yaml = in_block = false;
            } else if (in_block && line.starts_with("    ")) {
                continue;
            } else {
                if (!std::regex_match(line, yaml)) return "no YAML: " + line;
                in_block = line.ends_with("|2");
            }
            continue;
        }
        if (line == "  ---") {
            if (i == 0 || lines[i - 1].find("ok ") == std::string::npos) return "YAML of nothing";
            in_yaml = true;
        } else if (std::regex_match(line, found, plan)) {
            if (has_plan) return "two plans";
            has_plan = true;
            if (std::stoul(found[1]) != points) return "another number than planned";
        } else if (std::regex_match(line, found, point)) {
            if (has_plan) return "a point behind the plan at the end";
            if (std::stoul(found[2]) != ++points) return "out of order: " + line;
        } else if (line.starts_with("Bail out!")) {
            has_ended = true;
        } else {
            return "no line of TAP: " + line;
        }
    }
    if (in_yaml) return "YAML without its end";
    return has_plan || has_ended ? "" : "no plan";
}

struct Command {
    std::string name;
    std::map<std::string, std::string> properties;
    std::string message;
};

std::string unescaped(std::string text, bool is_property) {
    const auto replace = [&](const std::string& from, const std::string& to) {
        for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
            text.replace(at, from.size(), to);
    };
    replace("%0D", "\r");
    replace("%0A", "\n");
    if (is_property) replace("%3A", ":"), replace("%2C", ",");
    replace("%25", "%");
    return text;
}

// As actions/runner reads a line (ActionCommand.TryParseV2).
Command command_of(const std::string& line) {
    Command out;
    const auto end = line.find("::", 2);
    BOOST_TEST_REQUIRE(line.starts_with("::"));
    BOOST_TEST_REQUIRE(end != std::string::npos);
    const std::string head = line.substr(2, end - 2);
    out.message = unescaped(line.substr(end + 2), false);
    const auto space = head.find(' ');
    out.name = head.substr(0, space);
    std::string rest = space == std::string::npos ? "" : head.substr(space + 1);
    while (!rest.empty()) {
        const std::string pair = rest.substr(0, rest.find(','));
        rest.erase(0, pair.size() + 1);
        out.properties[pair.substr(0, pair.find('='))] =
            unescaped(pair.substr(pair.find('=') + 1), true);
    }
    return out;
}

// `line` without what a backslash takes as it is (CommonMark 0.31, 2.4).
std::string without_escapes(const std::string& line) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\')
            ++i;
        else
            out += line[i];
    }
    return out;
}

// `line` without its code, in which GitHub finds no mentions, references, links and tags of HTML.
std::string without_code(std::string line) {
    constexpr std::string_view begin = "<code>", end = "</code>";
    for (std::size_t at = 0; (at = line.find(begin)) != std::string::npos;) {
        const std::size_t to = line.find(end, at);
        BOOST_TEST_REQUIRE(to != std::string::npos, line);
        const std::string code = without_escapes(line.substr(at, to - at).substr(begin.size()));
        BOOST_TEST(code.find_first_of("`*_[]<>&|@#~\\") == std::string::npos, line);
        line.erase(at, to + end.size() - at);
    }
    return line;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_grammar)

BOOST_AUTO_TEST_CASE(tap_is_of_version_14) {
    std::size_t points = 0;
    const std::string text = reported(tap_report, results());
    BOOST_TEST(tap_fault(text, points) == "", text);
    BOOST_TEST(points == results().size());
    for (const char c : text)
        BOOST_TEST((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
}

BOOST_AUTO_TEST_CASE(tap_says_how_a_run_ended) {
    std::size_t points = 0;
    BOOST_TEST(reported(tap_report, {}) == "TAP version 14\n1..0 # SKIP no event\n");
    const std::string stopped =
        reported(tap_report, results(), [](Summary& s) { s.signal = 2, s.gave_up = true; });
    BOOST_TEST(tap_fault(stopped, points) == "");
    BOOST_TEST(stopped.find("\nBail out! interrupted\n") != std::string::npos);
    BOOST_TEST(stopped.find("\n1..") == std::string::npos);
    const std::string full =
        reported(tap_report, results(), [](Summary& s) { s.problem = "no\nspace"; });
    BOOST_TEST(tap_fault(full, points) == "");
}

BOOST_AUTO_TEST_CASE(the_checker_of_tap_finds_faults) {
    std::size_t points = 0;
    for (const char* broken :
         {"1..0\n", "TAP version 13\n1..0\n", "TAP version 14\n",
          "TAP version 14\nok 2 - a\n1..1\n", "TAP version 14\nok 1 - a\n1..2\n",
          "TAP version 14\nok 1 - a#b\n1..1\n", "TAP version 14\nok 1 - a\nfoo\n1..1\n",
          "TAP version 14\nok 1 - a\\b\n1..1\n",
          "TAP version 14\nok 1 - a\n  ---\n  a: \"\\x\"\n  ...\n1..1\n",
          "TAP version 14\nok 1 - a\n  ---\n  a: \"b\"\n1..1\n"})
        BOOST_TEST(tap_fault(broken, points) != "", broken);
}

BOOST_AUTO_TEST_CASE(commands_of_github_have_nothing_that_ends_them_early) {
    const std::string text = reported(github_report, results());
    std::vector<std::string> lines = lines_of(text);
    std::size_t at = 0;
    for (const Result& result : results()) {
        if (result.verdict != Verdict::failed && result.verdict != Verdict::unreadable &&
            result.verdict != Verdict::fresh)
            continue;
        BOOST_TEST_REQUIRE(at < lines.size());
        const Command command = command_of(lines[at++]);
        BOOST_TEST(command.name == (result.verdict == Verdict::fresh ? "warning" : "error"));
        if (result.line == 17) {
            BOOST_TEST(command.properties.at("file") == "lines.ndjson");
            BOOST_TEST(command.properties.at("line") == "17");
        } else {
            BOOST_TEST(command.properties.at("file") == printable(result.name));
            BOOST_TEST(!command.properties.contains("line"));
        }
        BOOST_TEST(command.properties.at("title") ==
                   printable("turngate replay: GET " + result.target));
        BOOST_TEST(command.message.starts_with(printable(result.problem)), command.message);
        BOOST_TEST(command.properties.size() == (result.line ? 3u : 2u));
    }
    BOOST_TEST_REQUIRE(at + 1 == lines.size());
    BOOST_TEST(lines[at].find(" events, ") != std::string::npos);
    for (const char c : text)
        BOOST_TEST((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
}

BOOST_AUTO_TEST_CASE(cells_of_markdown_hold_what_they_are_given) {
    const std::string text = reported(markdown_report, results());
    std::size_t rows = 0, fence = 0;
    std::size_t columns = 0;
    for (const std::string& line : lines_of(text)) {
        const std::size_t ticks = std::min(line.find_first_not_of('`'), line.size());
        if (fence == 0 && ticks >= 3) {
            fence = ticks;
            continue;
        }
        if (fence > 0) {
            // Only as many ticks, with nothing behind them, close it (4.5).
            if (ticks >= fence && ticks == line.size()) fence = 0;
            continue;
        }
        const std::string bare = without_escapes(without_code(line));
        const auto pipes = static_cast<std::size_t>(std::count(bare.begin(), bare.end(), '|'));
        if (line.starts_with("|-")) {
            columns = pipes;
            continue;
        }
        if (!line.starts_with('|')) {
            if (line.starts_with("### ")) BOOST_TEST(bare == "### ", line);
            continue;
        }
        if (line.starts_with("| Events") || line.starts_with("| |")) {
            columns = pipes;
            continue;
        }
        BOOST_TEST(pipes == columns, line);
        BOOST_TEST(bare.find_first_of("`*_[]<>&@~#\\") == bare.npos, line);
        for (const char* word : {"user", "team", "example", "GH", "directive"})
            BOOST_TEST(bare.find(word) == bare.npos, line);
        ++rows;
    }
    BOOST_TEST(fence == 0u);
    // The numbers, and what failed, is new or was written.
    BOOST_TEST(rows == 1 + results().size() / 6 * 4);
}

BOOST_AUTO_TEST_CASE(what_went_wrong_with_a_run_is_code_in_markdown) {
    const std::string text =
        reported(markdown_report, {}, [](Summary& s) { s.problem = "cannot write @user #1 <b>"; });
    bool is_told = false;
    for (const std::string& line : lines_of(text)) {
        is_told = is_told || line.find("cannot write") != std::string::npos;
        if (!line.starts_with('#') && !line.starts_with('|'))
            BOOST_TEST(without_code(line).empty(), line);
    }
    BOOST_TEST(is_told, text);
}

BOOST_AUTO_TEST_CASE(markdown_of_a_good_run_is_its_numbers) {
    std::vector<Result> good(2);
    const std::string text = reported(markdown_report, good);
    BOOST_TEST(text.starts_with("## ✓ Replay\n\n| Events |"), text);
    BOOST_TEST(text.find("| 2 | 2 | 0 | 0 | 0 | 0 | 0 |") != std::string::npos, text);
    BOOST_TEST(text.find("###") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

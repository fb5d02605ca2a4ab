// What reports look like, and that nothing in a result can break them.
#include "replay/report.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <boost/test/unit_test.hpp>

#include "replay/difference_text.h"
#include "replay/printable.h"
#include "replay/progress.h"
#include "replay/quantity.h"
#include "support/skip.h"
#include "support/temporary_directory.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>

using namespace turngate;
using namespace turngate::replay;
using Folder = test::TemporaryDirectory;

namespace {

Result nasty() {
    Result r;
    r.verdict = Verdict::failed;
    r.name = "a/<\x1b[31m\"&\xff>.json";
    r.format = events::Format::alb;
    r.method = "GET";
    r.target = "/\x01";
    r.status = 200;
    r.latency = std::chrono::microseconds(1234);
    r.problem = "]]> \xef\xbf\xbf";
    r.differences = {{Difference::Part::header, "x", "a\x02", {}},
                     {Difference::Part::text, {}, "one\ntwo\n", "one\n\x1b]0;x\x07\n"},
                     {Difference::Part::bytes, {}, std::string("\x00\x01", 2), "\xff"}};
    r.notes = {"threw: \x7f"};
    return r;
}

// A progress line and what it shows.
struct Shown {
    Shown(std::uint64_t total, cli::Terminal terminal)
        : err(text, terminal),
          progress(
              err, [total] { return total; }, begin) {}
    void after(std::chrono::nanoseconds time, const Summary& summary = {}) {
        progress.update(summary, begin + time);
    }

    std::string text;
    cli::Output err;
    const Progress::Clock::time_point begin = Progress::Clock::now();
    Progress progress;
};

template <class Make>
std::string reported(Make make, std::size_t times = 1) {
    std::string text;
    cli::Output out(text);
    auto report = make(out);
    Summary summary;
    for (std::size_t i = 0; i < times; ++i) {
        const Result result = nasty();
        summary.count(result);
        report->event(result);
    }
    report->end(summary);
    return text;
}

bool has_control(const std::string& text) {
    for (char c : text)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f) return true;
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(text_lets_nothing_act_on_the_terminal) {
    for (DiffStyle style : {DiffStyle::automatic, DiffStyle::side, DiffStyle::none}) {
        const std::string text =
            reported([&](cli::Output& out) { return text_report(out, {.diff = style}); });
        BOOST_TEST(!has_control(text), text);
        BOOST_TEST(text.find("1 event   0 passed   1 failed") != std::string::npos, text);
    }
}

BOOST_AUTO_TEST_CASE(lines_side_by_side_are_cut_between_characters) {
    for (const std::string& one : {std::string("x"), std::string("ä"), std::string("€"),
                                   std::string("😀"), std::string("\x01")}) {
        std::string line = "\"";
        for (int i = 0; i < 1000; ++i)
            line += one;
        Result result = nasty();
        result.differences = {{Difference::Part::text, {}, line, "short"}};
        const std::string text = difference_text(result, DiffStyle::side, {.width = 97});
        BOOST_TEST(is_utf8(text), one);
        const std::size_t begin = text.find('"'), end = text.find(" | short");
        BOOST_REQUIRE(end != text.npos);
        BOOST_TEST(columns(text.substr(begin, end - begin)) == 40u, one);
    }
}

BOOST_AUTO_TEST_CASE(json_is_json_with_any_number_of_events) {
    for (std::size_t n : {0u, 1u, 3u}) {
        const std::string text = reported(json_report, n);
        const Json parsed = Json::parse(text);
        BOOST_TEST(parsed["events"].items()->size() == n);
        BOOST_TEST(*parsed["summary"]["failed"].integer() == static_cast<std::int64_t>(n));
    }
}

BOOST_AUTO_TEST_CASE(ndjson_has_an_object_a_line_and_ends_with_the_summary) {
    const std::string text = reported(ndjson_report, 2);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 3);
    const auto last = text.rfind('\n', text.size() - 2);
    const Json summary = Json::parse(std::string_view(text).substr(last));
    BOOST_TEST(*summary["type"].string() == "summary");
}

BOOST_AUTO_TEST_CASE(what_a_shape_cannot_carry_is_in_the_reports_for_programs) {
    std::string text;
    cli::Output out(text);
    ndjson_report(out)->event({.parity = {{events::Format::alb, ParityCell::State::lossy, "x"}}});
    out.flush();
    const Json parsed = Json::parse(text);
    BOOST_TEST(*parsed["parity"]["alb"].string() == "lossy");
    BOOST_TEST(*parsed["parity_why"]["alb"].string() == "x");
}

BOOST_AUTO_TEST_CASE(junit_keeps_to_the_schema) {
    if (std::system("command -v xmllint >/dev/null 2>&1") != 0) {
        BOOST_TEST(!std::getenv("CI"), "xmllint is not installed; libxml2-utils has it");
        return test::skip("xmllint is not installed");
    }
    Folder folder;
    folder.write("report.xml",
                 reported([](cli::Output& out) { return junit_report(out, "a \"suite\""); }, 2));
    const std::string command = "xmllint --noout --schema " TURNGATE_SOURCE_DIR
                                "/tests/replay/junit.xsd " +
                                folder / "report.xml" + " 2>&1";
    BOOST_TEST(std::system(command.c_str()) == 0, folder.read("report.xml"));
}

BOOST_AUTO_TEST_CASE(the_progress_line_comes_ten_times_a_second_and_goes_without_a_trace) {
    using namespace std::chrono_literals;
    Shown shown(412, {.is_terminal = true, .unicode = true});
    const std::string& text = shown.text;
    Summary summary;
    summary.events = 231;
    summary.failed = 1;

    shown.after(50ms, summary);
    BOOST_TEST(text.empty());
    shown.after(410ms, summary);
    BOOST_TEST(text.find("[████████▌      ]") == std::string::npos);  // 231 of 412 is 8.4 of 15
    BOOST_TEST(text.find("\r\x1b[K[████████       ] 231/412  ") == 0u, text);
    BOOST_TEST(text.find("  1 failed  0:00.4") != std::string::npos, text);
    shown.after(450ms, summary);
    shown.progress.clear();
    shown.progress.clear();
    BOOST_TEST(text.ends_with("0:00.4\r\x1b[K"), text);
}

BOOST_AUTO_TEST_CASE(the_progress_line_is_cleared_before_whatever_is_printed) {
    using namespace std::chrono_literals;
    for (int verbosity : {0, 1}) {
        Shown shown(0, {.is_terminal = true});
        const auto report = clearing(shown.progress, verbosity);
        shown.after(1s);
        report->event({.verdict = Verdict::passed});
        BOOST_TEST(shown.text.ends_with("\x1b[K") == (verbosity == 1), shown.text);
    }
}

BOOST_AUTO_TEST_CASE(elsewhere_progress_is_a_line_every_ten_seconds) {
    using namespace std::chrono_literals;
    Shown shown(0, {});
    shown.after(9s);
    BOOST_TEST(shown.text.empty());
    shown.after(11s);
    BOOST_TEST(shown.text == "0 events  0.0/s  0:11.0\n");
}

BOOST_AUTO_TEST_CASE(elsewhere_progress_is_a_line_every_tenth_too_but_not_at_once) {
    using namespace std::chrono_literals;
    Shown shown(200, {});
    Summary summary;
    for (summary.events = 1; summary.events <= 200; ++summary.events)
        shown.after(summary.events * 60ms, summary);

    BOOST_TEST(std::count(shown.text.begin(), shown.text.end(), '\n') == 8);
    BOOST_TEST(shown.text.starts_with(
                   "[###-           ] 50/200  17/s  0:03.0\n[####-          ] 60/200  "),
               shown.text);
}

BOOST_AUTO_TEST_CASE(durations_have_units) {
    using namespace std::chrono_literals;
    BOOST_TEST(duration_text(412ns) == "412 ns");
    BOOST_TEST(duration_text(1800ns) == "1.8 µs");
    BOOST_TEST(duration_text(1800ns, false) == "1.8 us");
    BOOST_TEST(duration_text(3900us) == "3.9 ms");
    BOOST_TEST(duration_text(390ms) == "390 ms");
    BOOST_TEST(duration_text(12s) == "12.0 s");
}

BOOST_AUTO_TEST_CASE(foreign_text_is_shown_and_quoted_safely) {
    BOOST_TEST(printable("a\x1b\n\xc2\x9b\xffé") == "a\\x1b\\n\\xc2\\x9b\\xffé");
    BOOST_TEST(columns("é→") == 2u);
    BOOST_TEST(clip("abcdefghij", 9, 4) == "…ghij");
    BOOST_TEST(shell_word("a b'c") == "'a b'\\''c'");
    BOOST_TEST(shell_word("cgi:./app") == "cgi:./app");
    BOOST_TEST(shell_word("") == "''");
    BOOST_TEST(shell_word("\x01é\'\\") == R"($'\001\303\251\'\\')");
}

BOOST_AUTO_TEST_SUITE_END()

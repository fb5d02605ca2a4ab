// What is known for a report that an earlier run has written, and what is not.
#include "replay/earlier_report.h"

#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "cli/report_formats.h"
#include "support/temporary_directory.h"

using namespace turngate;
using namespace turngate::replay;

namespace {

constexpr cli::Terminal plain{.unicode = true};

Result result(Verdict verdict) {
    Result r;
    r.verdict = verdict;
    r.name = "events/a.json";
    r.problem = "why";
    if (verdict == Verdict::unreadable) return r;
    r.format = events::Format::http;
    r.method = "GET";
    r.target = "/";
    r.status = 200;
    return r;
}

// Of a run with events of that verdict; what there is of the report when it ends, and whole.
struct Written {
    Written(std::string_view format, Verdict verdict, int verbosity, int events = 1) {
        cli::Output out(text, plain);
        auto report = cli::make_report(format, out, {.verbosity = verbosity});
        Summary summary;
        for (int i = 0; i < events; ++i) {
            report->event(result(verdict));
            summary.count(result(verdict));
        }
        report->end(summary);
        out.flush();
    }
    std::string text;
};

}  // namespace

BOOST_AUTO_TEST_CASE(whatever_a_run_has_written_is_a_report) {
    using enum Verdict;
    for (const std::string_view format : cli::report_formats())
        for (const Verdict verdict : {passed, failed, fresh, updated, unreadable, skipped})
            for (const int verbosity : {-1, 0, 1, 2}) {
                const Written written(format, verdict, verbosity);
                if (written.text.empty()) continue;  // there is nothing to lose
                BOOST_TEST(is_earlier_report(written.text), format << ": " << written.text);
            }
}

BOOST_AUTO_TEST_CASE(so_is_one_whose_first_line_says_how_the_run_ended) {
    for (const std::string_view format : cli::report_formats()) {
        std::string text;
        cli::Output out(text, plain);
        Summary summary;
        summary.gave_up = summary.out_of_time = true;
        summary.signal = 15;
        summary.seed = 7;
        summary.problem = "cannot write a.replies.ndjson";
        cli::make_report(format, out, {})->end(summary);
        out.flush();
        BOOST_TEST(is_earlier_report(text), format << ": " << text);
    }
}

BOOST_AUTO_TEST_CASE(nothing_else_is) {
    using namespace std::literals;
    for (const std::string_view text :
         {R"({"method":"GET","path":"/"})"sv, R"({"status":200,"body":{"file":"photo"}})"sv,
          "target = \"cgi:./app\"\n"sv, "[replay]\njobs = 4\n"sv, "GIF89a\x01\x00\x01\x00"sv,
          "\x1f\x8b\x08\x00"sv, "old\n"sv, "\n"sv, "#include <string>\n\nint main() {}\n"sv,
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"shop\" tests=\"1\">"sv,
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed/>\n"sv, "TAP version 13\n1..0\n"sv,
          "## Replay\n"sv, "! Xft.dpi: 96\n"sv, "? what\n"sv, "::error::no\n"sv, "3 events\n"sv,
          "3 events   passed\n"sv, "events   3 passed\n"sv})
        BOOST_TEST(!is_earlier_report(text), text);
}

BOOST_AUTO_TEST_CASE(a_file_is_known_by_its_end_however_long_it_is) {
    test::TemporaryDirectory folder;
    const std::string end = "3 events   3 passed   0.01 s\n";
    for (const std::size_t size : {0u, 100u, 4096u, 8192u, 100'000u}) {
        const std::string path = folder.write("r", std::string(size, '-') + '\n' + end);
        BOOST_TEST(is_earlier_report_file(path), size);
        folder.write("r", std::string(size, '-') + '\n' + end + std::string(5000, '-'));
        BOOST_TEST(!is_earlier_report_file(path), size);
    }
    BOOST_CHECK_THROW(is_earlier_report_file(folder / "none"), std::system_error);
}

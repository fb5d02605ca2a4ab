// Who is told what came of a replay.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/output.h"
#include "replay/result.h"

namespace turngate::replay {

// Gets the results one after the other, in the order of the events, never two at once.
class Report {
  public:
    virtual ~Report() = default;
    virtual void event(const Result& result) = 0;
    // What there is to be seen goes out: the next event may take long to come.
    virtual void flush() {}
    virtual void end(const Summary& summary) = 0;
};

// Whether text_report() prints something about an event.
bool is_told(const Result& result, int verbosity) noexcept;

enum class DiffStyle { automatic, fields, unified, side, none };

struct TextReportOptions {
    int verbosity = 0;  // -1: failures only; 1: every event, and why shapes of a parity run differ
    DiffStyle diff = DiffStyle::automatic;
    std::string program = "turngate";
    std::string rerun = {};  // the words behind the file in the line that repeats one event
};

// Each `out` must outlive its report.
std::unique_ptr<Report> text_report(cli::Output& out, TextReportOptions options);
// {"events": [...], "summary": {...}}, written as it comes.
std::unique_ptr<Report> json_report(cli::Output& out);
// An object a line: {"type": "event", ...}, at last {"type": "summary", ...}.
std::unique_ptr<Report> ndjson_report(cli::Output& out);
// JUnit's XML: one suite, one case an event. The cases are kept in an unnamed temporary file until
// their number is known, because it comes first. `name` is what the suite is called.
std::unique_ptr<Report> junit_report(cli::Output& out, std::string name);

// A line for each event of a run without a handler: the name, the shape, the request; with -1 as
// `verbosity` the name alone.
std::unique_ptr<Report> list_report(cli::Output& out, int verbosity);
// Test Anything Protocol, version 14: one test point an event, the plan at the end.
std::unique_ptr<Report> tap_report(cli::Output& out);
// Workflow commands of GitHub Actions: an annotation for each event that failed, at its file and
// line.
std::unique_ptr<Report> github_report(cli::Output& out);
// GitHub-flavoured Markdown: the numbers, a table of the events that text_report() would tell of,
// and what differs. Kept in unnamed temporary files until the numbers are known.
std::unique_ptr<Report> markdown_report(cli::Output& out);

// True for the beginning of what json_report() or ndjson_report() writes: such a file among events
// is none. A hundred bytes are enough.
bool is_report(std::string_view beginning) noexcept;
// The same of a file; false if it cannot be read.
bool is_report_file(const std::string& path);

}  // namespace turngate::replay

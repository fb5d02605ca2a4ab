// The reports of a replay that a command line asks for.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/output.h"
#include "replay/report.h"

namespace turngate::cli {

// "text", "json", ...
std::vector<std::string_view> report_formats();

inline constexpr std::string_view report_rule =
    "FORMAT=FILE with text, json, ndjson, junit, tap, md or github as FORMAT, and - as FILE for "
    "standard output";
// True for the value of --report.
bool is_report_option(std::string_view value);

struct RequestedReports {
    std::string standard_output;            // its format
    std::vector<std::string> formats = {};  // of the files, one by one
    std::vector<std::string> paths = {};
};

// Of --format and --report. Throws CommandError if two reports are to go to standard output.
RequestedReports requested_reports(const Arguments& arguments);

// A report of one of the formats. `out` must outlive it.
std::unique_ptr<replay::Report> make_report(std::string_view format, Output& out,
                                            const replay::TextReportOptions& text);

}  // namespace turngate::cli

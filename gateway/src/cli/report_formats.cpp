#include "cli/report_formats.h"

#include <algorithm>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/report_file.h"

namespace turngate::cli {

std::vector<std::string_view> report_formats() {
    return {"text", "json", "ndjson", "junit", "tap", "md", "github"};
}

bool is_report_option(std::string_view value) {
    const auto equals = value.find('=');
    if (equals == std::string_view::npos || equals + 1 == value.size()) return false;
    const auto formats = report_formats();
    return std::find(formats.begin(), formats.end(), value.substr(0, equals)) != formats.end();
}

RequestedReports requested_reports(const Arguments& arguments) {
    RequestedReports out{.standard_output = std::string(arguments.text("format"))};
    // What standard output gets without a word makes way, and what a weaker source says; what was
    // asked for does not.
    const auto of_format = arguments.strength("format"), of_report = arguments.strength("report");
    const bool is_asked_for = arguments.given("format") && of_format >= of_report;
    std::string holder = is_asked_for ? "--format " + out.standard_output : "";
    for (const std::string& report : arguments.all("report")) {
        const auto equals = report.find('=');
        std::string format = report.substr(0, equals);
        std::string path = report.substr(equals + 1);
        // A second report there would stand amid the first.
        if (path != "-" && !goes_to(STDOUT_FILENO, path)) {
            out.formats.push_back(std::move(format));
            out.paths.push_back(std::move(path));
            continue;
        }
        if (!holder.empty() && of_format > of_report) continue;
        if (!holder.empty())
            throw CommandError(
                exit_status::usage,
                "--report " + report + " and " + holder + " both write to standard output",
                "give one of them a file");
        holder = "--report " + report;
        out.standard_output = std::move(format);
    }
    return out;
}

std::unique_ptr<replay::Report> make_report(std::string_view format, Output& out,
                                            const replay::TextReportOptions& text) {
    if (format == "json") return replay::json_report(out);
    if (format == "ndjson") return replay::ndjson_report(out);
    if (format == "junit") return replay::junit_report(out, "turngate replay");
    if (format == "tap") return replay::tap_report(out);
    if (format == "md") return replay::markdown_report(out);
    if (format == "github") return replay::github_report(out);
    return replay::text_report(out, text);
}

}  // namespace turngate::cli

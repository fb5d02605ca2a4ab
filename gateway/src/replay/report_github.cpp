// What came of a replay, as annotations of GitHub Actions (docs.github.com, "Workflow commands").
#include <algorithm>
#include <string>
#include <string_view>

#include "replay/difference_text.h"
#include "replay/printable.h"
#include "replay/report.h"

namespace turngate::replay {
namespace {

// As @actions/core escapes the message of a command, and of its properties also ':' and ','.
std::string escaped(std::string_view text, bool is_property) {
    std::string out;
    for (char c : text) {
        switch (c) {
            case '%':
                out += "%25";
                break;
            case '\r':
                out += "%0D";
                break;
            case '\n':
                out += "%0A";
                break;
            case ':':
                out += is_property ? "%3A" : ":";
                break;
            case ',':
                out += is_property ? "%2C" : ",";
                break;
            default:
                out += c;
        }
    }
    return out;
}

// Several lines, each with nothing in it that acts.
std::string lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        out += printable(line) + '\n';
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return out;
}

class GithubReport final : public Report {
  public:
    explicit GithubReport(cli::Output& out) : out_(out) {}

    void event(const Result& result) override {
        switch (result.verdict) {
            case Verdict::failed:
                return command("error", result, "the reply is not as expected");
            case Verdict::unreadable:
                return command("error", result, "cannot be read");
            case Verdict::fresh:
                return command("warning", result, "no expected reply");
            case Verdict::passed:
            case Verdict::updated:
            case Verdict::skipped:
            case Verdict::interrupted:
            case Verdict::unselected:
                break;
        }
    }
    void flush() override { out_.flush(); }

    void end(const Summary& summary) override {
        std::string text;
        if (!summary.problem.empty())
            text += "::error title=turngate replay::" + escaped(printable(summary.problem), false) +
                    '\n';
        text += std::to_string(summary.events) + (summary.events == 1 ? " event, " : " events, ") +
                std::to_string(summary.passed) + " passed, " + std::to_string(summary.failed) +
                " failed, " + std::to_string(summary.unreadable) + " unreadable, " +
                std::to_string(summary.fresh) + " new\n";
        if (summary.gave_up) text += "gave up (--fail-fast)\n";
        if (summary.signal != 0) text += "interrupted\n";
        out_.write(text);
        out_.flush();
    }

  private:
    void command(std::string_view severity, const Result& result, std::string_view otherwise) {
        const cli::Terminal plain{.is_terminal = false, .colored = false, .unicode = true};
        std::string file = result.name;
        const std::string line = ':' + std::to_string(result.line);
        if (result.line != 0 && file.ends_with(line)) file.resize(file.size() - line.size());
        std::string text = "::" + std::string(severity) + " file=" + escaped(printable(file), true);
        if (result.line != 0) text += ",line=" + std::to_string(result.line);
        std::string title = "turngate replay";
        if (!result.method.empty()) title += ": " + result.method + ' ' + result.target;
        text += ",title=" + escaped(printable(clip(title, 0, 200)), true) + "::";
        std::string message = result.problem.empty() ? std::string(otherwise) : result.problem;
        message = printable(message) + '\n';
        message += lines(difference_text(result, DiffStyle::automatic, plain));
        message += lines(violation_text(result));
        for (const std::string& note : result.notes)
            message += "handler: " + printable(note) + '\n';
        if (!result.hint.empty()) message += "hint: " + printable(result.hint) + '\n';
        message.pop_back();
        out_.write(text + escaped(message, false) + '\n');
    }

    cli::Output& out_;
};

}  // namespace

std::unique_ptr<Report> github_report(cli::Output& out) {
    return std::make_unique<GithubReport>(out);
}

}  // namespace turngate::replay

// What came of a replay, by the Test Anything Protocol (version 14, testanything.org).
#include <algorithm>
#include <string>
#include <string_view>

#include "replay/difference_text.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include "replay/report.h"

namespace turngate::replay {
namespace {

// A description or a reason: '#' begins a directive and '\' escapes.
std::string escaped(std::string_view text) {
    std::string out;
    for (char c : printable(text)) {
        if (c == '#' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

// "key: value" of a YAML block. What is printable needs no escape but these in double quotes
// (YAML 1.2, 5.7 and 7.3.1).
std::string entry(std::string_view key, std::string_view value) {
    std::string out = "  " + std::string(key) + ": \"";
    for (char c : printable(value)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"\n";
}

// Several lines under one key, as a literal block, which takes every character (YAML 1.2, 8.1.2).
std::string block(std::string_view key, std::string_view lines) {
    if (lines.empty()) return {};
    std::string out = "  " + std::string(key) + ": |2\n";
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        out += "    " + printable(line) + '\n';
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    return out;
}

class TapReport final : public Report {
  public:
    explicit TapReport(cli::Output& out) : out_(out) { out_.write("TAP version 14\n"); }

    void event(const Result& result) override {
        const bool is_wrong =
            result.verdict == Verdict::failed || result.verdict == Verdict::unreadable;
        std::string text = is_wrong ? "not ok " : "ok ";
        text += std::to_string(++points_) + " - " + escaped(result.name);
        if (result.verdict == Verdict::fresh || result.verdict == Verdict::skipped)
            text += " # SKIP " + escaped(result.problem);
        text += '\n';
        if (is_wrong) text += diagnostics(result);
        out_.write(text);
    }
    void flush() override { out_.flush(); }

    void end(const Summary& summary) override {
        std::string text;
        if (summary.signal != 0) text += "Bail out! interrupted\n";
        if (summary.gave_up) text += "Bail out! gave up (--fail-fast)\n";
        if (!summary.problem.empty()) text += "Bail out! " + printable(summary.problem) + '\n';
        if (text.empty())
            text =
                "1.." + std::to_string(points_) + (points_ == 0 ? " # SKIP no event" : "") + '\n';
        out_.write(text);
        out_.flush();
    }

  private:
    static std::string diagnostics(const Result& result) {
        const cli::Terminal plain{.is_terminal = false, .colored = false, .unicode = true};
        std::string text = "  ---\n";
        text += entry("message",
                      result.problem.empty() ? "the reply is not as expected" : result.problem);
        text += entry("severity", result.verdict == Verdict::failed ? "fail" : "error");
        if (result.format) text += entry("shape", events::name(*result.format));
        if (!result.method.empty()) text += entry("request", result.method + ' ' + result.target);
        if (result.status != 0) {
            text += entry("status", std::to_string(result.status));
            text += entry("time", duration_text(result.latency));
        }
        text += block("differences", difference_text(result, DiffStyle::automatic, plain));
        text += block("rules", violation_text(result));
        std::string notes;
        for (const std::string& note : result.notes)
            notes += printable(note) + '\n';
        text += block("handler", notes);
        if (!result.hint.empty()) text += entry("hint", result.hint);
        return text + "  ...\n";
    }

    cli::Output& out_;
    std::uint64_t points_ = 0;
};

}  // namespace

std::unique_ptr<Report> tap_report(cli::Output& out) {
    return std::make_unique<TapReport>(out);
}

}  // namespace turngate::replay

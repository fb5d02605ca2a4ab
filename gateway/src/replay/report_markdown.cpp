// What came of a replay, as GitHub-flavoured Markdown: for a comment or a job's summary.
#include <algorithm>
#include <string>
#include <string_view>

#include "replay/difference_text.h"
#include "replay/held_text.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include "replay/report.h"

namespace turngate::replay {
namespace {

// Text that means nothing but itself, in a cell of a table too: a backslash takes any ASCII
// punctuation as it is (CommonMark 0.31, 2.4), and GFM's autolinks need an unescaped ':' '.' or
// '@'. GitHub looks for @names, #numbers, commits and :emoji: in what comes of that, in all but
// code.
std::string plain(std::string_view text) {
    constexpr std::string_view special = "\\`*_{}[]()<>#+-.!|~&@:=\"'$^/";
    if (text.empty()) return {};
    std::string out = "<code>";
    for (char c : printable(text)) {
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out + "</code>";
}

// A fence is longer than any run of backticks inside (CommonMark 0.31, 4.5).
std::string fenced(std::string_view text) {
    std::size_t longest = 2, run = 0;
    for (char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    std::string out = fence + "diff\n";
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        out += printable(line) + '\n';
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return out + fence + '\n';
}

std::string_view sign(Verdict verdict) {
    switch (verdict) {
        case Verdict::failed:
            return "✗";
        case Verdict::unreadable:
            return "!";
        case Verdict::fresh:
            return "?";
        default:
            return "→";
    }
}

class MarkdownReport final : public Report {
  public:
    explicit MarkdownReport(cli::Output& out) : out_(out) {}

    void event(const Result& result) override {
        if (!is_told(result, 0) || result.verdict == Verdict::skipped) return;
        const bool has_reply = result.status != 0;
        std::string row = "| " + std::string(sign(result.verdict)) + " | " + plain(result.name);
        row += " | " + std::string(result.format ? events::name(*result.format) : "");
        row += " | " + plain(result.method.empty() ? "" : result.method + ' ' + result.target);
        row += " | " + (has_reply ? std::to_string(result.status) : "");
        row += " | " + (has_reply ? duration_text(result.latency) : "");
        row += " | " + plain(remark(result)) + " |\n";
        rows_.write(row);
        std::string details = violation_text(result);
        details += difference_text(result, DiffStyle::automatic,
                                   {.is_terminal = false, .colored = false, .unicode = true});
        for (const std::string& note : result.notes)
            details += "    handler   " + printable(note) + '\n';
        if (!result.hint.empty()) details += "    hint      " + printable(result.hint) + '\n';
        if (!details.empty())
            details_.write("\n### " + plain(result.name) + "\n\n" + fenced(details));
    }

    void end(const Summary& s) override {
        const bool is_good = s.exit_status() == 0;
        std::string text = is_good ? "## ✓ Replay\n\n" : "## ✗ Replay\n\n";
        text +=
            "| Events | Passed | Failed | Unreadable | New | Updated | Skipped | Time | p50 | "
            "p99 | Max |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
        for (const std::uint64_t n :
             {s.events, s.passed, s.failed, s.unreadable, s.fresh, s.updated, s.skipped})
            text += "| " + std::to_string(n) + ' ';
        text += "| " + fixed(std::chrono::duration<double>(s.duration).count(), 2) + " s ";
        for (const auto time :
             {s.latencies.percentile(0.5), s.latencies.percentile(0.99), s.latencies.max()})
            text += "| " + (s.latencies.count() > 0 ? duration_text(time) : "") + ' ';
        text += "|\n";
        if (s.gave_up) text += "\nThe run gave up \\(`--fail-fast`\\)\\.\n";
        if (s.signal != 0) text += "\nThe run was interrupted\\.\n";
        if (!s.problem.empty()) text += '\n' + plain(s.problem) + '\n';
        if (!rows_.empty())
            text +=
                "\n| | Event | Shape | Request | Status | Time | |\n"
                "|---|---|---|---|---:|---:|---|\n";
        out_.write(text);
        rows_.copy_to(out_);
        details_.copy_to(out_);
        out_.flush();
    }

  private:
    static std::string remark(const Result& result) {
        if (!result.problem.empty()) return result.problem;
        if (result.verdict == Verdict::updated) return "wrote the reply";
        return "the reply is not as expected";
    }

    cli::Output& out_;
    HeldText rows_;
    HeldText details_;
};

}  // namespace

std::unique_ptr<Report> markdown_report(cli::Output& out) {
    return std::make_unique<MarkdownReport>(out);
}

}  // namespace turngate::replay

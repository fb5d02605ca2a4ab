// What came of a replay, for people.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "replay/difference_text.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include "replay/report.h"

namespace turngate::replay {
namespace {

using cli::Color;
using cli::Glyph;

class TextReport final : public Report {
  public:
    TextReport(cli::Output& out, TextReportOptions options)
        : out_(out), terminal_(out.terminal()), options_(std::move(options)) {}

    void event(const Result& result) override {
        for (const ParityCell& cell : result.parity)
            ++parity_[cell.format].counts[static_cast<std::size_t>(cell.state)];
        if (!is_told(result, options_.verbosity)) return;
        std::string text = headline(result);
        for (const std::string& repair : result.repairs)
            text += line("repaired", repair);
        if (result.verdict == Verdict::failed) text += details(result);
        if (!result.hint.empty()) text += line("hint", result.hint);
        if (options_.verbosity >= 1)
            for (const ParityCell& cell : result.parity)
                if (!cell.why.empty())
                    text += line(cell.state == ParityCell::State::lossy ? "lossy" : "cannot",
                                 std::string(events::name(cell.format)) + ": " + cell.why);
        if (result.verdict == Verdict::failed && !result.is_stream) {
            const std::string file = (result.name.starts_with('-') ? "./" : "") + result.name;
            text +=
                line("rerun", options_.program + " replay " + shell_word(file) + options_.rerun);
        }
        out_.write(text);
        out_.flush();
    }

    void end(const Summary& summary) override {
        if (options_.verbosity < 0) return out_.flush();
        std::string text = parity_table();
        if (summary.gave_up) text += "gave up after " + failures(summary) + " (--fail-fast)\n";
        if (summary.signal != 0) text += "interrupted\n";
        if (summary.out_of_time) text += "out of time (--time-limit)\n";
        if (summary.pace && summary.pace->fell_behind()) text += lateness(summary);
        if (summary.seed)
            text +=
                "shuffled, the same again with --shuffle=" + std::to_string(*summary.seed) + '\n';
        if (!summary.problem.empty())
            text += std::string(terminal_.glyph(Glyph::warning)) + ' ' +
                    printable(summary.problem) + '\n';
        out_.write(text + summary_line(summary) + '\n');
        out_.flush();
    }

  private:
    struct Row {
        std::uint64_t counts[4] = {};  // by ParityCell::State
    };

    std::string sign(Verdict verdict) const {
        auto [glyph, color] = [&]() -> std::pair<Glyph, Color> {
            switch (verdict) {
                case Verdict::passed:
                    return {Glyph::pass, Color::green};
                case Verdict::failed:
                    return {Glyph::fail, Color::red};
                case Verdict::fresh:
                    return {Glyph::fresh, Color::yellow};
                case Verdict::updated:
                    return {Glyph::arrow, Color::yellow};
                case Verdict::unreadable:
                    return {Glyph::warning, Color::red};
                case Verdict::skipped:
                case Verdict::interrupted:
                case Verdict::unselected:
                    break;
            }
            return {Glyph::dot, Color::dim};
        }();
        return terminal_.paint(color, padded(terminal_.glyph(glyph), terminal_.unicode ? 1 : 4));
    }

    // Columns grow with what they hold, so that lines stay aligned and nothing is cut.
    std::string headline(const Result& result) {
        const std::string name = printable(result.name);
        name_width_ = std::max(name_width_, columns(name));
        std::string text = sign(result.verdict) + ' ';
        if (!result.format && result.status == 0)
            return text + padded(name, name_width_) + "   " + printable(result.problem) + '\n';
        text += padded(name, name_width_) + "   ";
        const std::string shape(result.format ? events::name(*result.format) : std::string_view());
        shape_width_ = std::max(shape_width_, shape.size());
        text += padded(shape, shape_width_) + "  ";
        std::string request = padded(printable(result.method), 4) + ' ' + printable(result.target);
        const std::string took = time(result.latency);
        request = padded(request, 38 - std::min<std::size_t>(38, columns(took)));
        text += request + (request.ends_with(' ') ? "" : "  ") + took;
        if (result.from_due) text += "  (" + time(*result.from_due) + " from due)";
        std::string remark = printable(result.problem);
        if (result.verdict == Verdict::fresh && result.wrote) remark += " (wrote .new)";
        if (result.verdict == Verdict::updated) remark = "wrote the reply";
        if (result.is_flaky())
            remark = "flaky: passed at attempt " + std::to_string(result.attempts);
        return text + (remark.empty() ? "" : "   " + remark) + '\n';
    }

    std::string details(const Result& result) const {
        std::string text = difference_text(result, options_.diff, terminal_);
        text += violation_text(result);
        for (const std::string& note : result.notes)
            text += line("handler", note);
        if (!result.parity.empty()) {
            std::string cells;
            for (const ParityCell& cell : result.parity) {
                const Glyph glyph = cell.state == ParityCell::State::same        ? Glyph::pass
                                    : cell.state == ParityCell::State::different ? Glyph::fail
                                                                                 : Glyph::dot;
                if (!cells.empty()) cells += "  ";
                cells += std::string(events::name(cell.format)) + ' ' +
                         std::string(terminal_.glyph(glyph));
            }
            text += "    " + padded("parity", 10) + cells + '\n';
        }
        return text;
    }

    static std::string line(std::string_view label, std::string_view text) {
        return "    " + padded(label, 10) + printable(text) + '\n';
    }

    std::string parity_table() const {
        if (parity_.empty()) return {};
        std::string text = padded("parity", 16) + "  same  different  lossy  cannot\n";
        auto number = [](std::uint64_t n, std::size_t width) {
            std::string digits = std::to_string(n);
            return std::string(width - std::min(width, digits.size()), ' ') + digits;
        };
        for (const auto& [format, row] : parity_)
            text += "  " + padded(events::name(format), 14) + number(row.counts[0], 6) +
                    number(row.counts[1], 11) + number(row.counts[2], 7) +
                    number(row.counts[3], 8) + '\n';
        return text;
    }

    static std::string failures(const Summary& s) {
        const std::uint64_t n = s.failed + s.unreadable;
        return std::to_string(n) + (n == 1 ? " failure" : " failures");
    }

    std::string lateness(const Summary& s) const {
        const double seconds = std::chrono::duration<double>(s.duration).count();
        return std::string(terminal_.glyph(Glyph::warning)) + ' ' +
               lateness_text(*s.pace, seconds > 0 ? static_cast<double>(s.events) / seconds : 0,
                             terminal_.unicode) +
               '\n';
    }

    std::string time(std::chrono::nanoseconds t) const {
        return duration_text(t, terminal_.unicode);
    }

    std::string percentiles(const Histogram& latencies) const {
        return "p50 " + time(latencies.percentile(0.5)) + "  p99 " +
               time(latencies.percentile(0.99)) + "  max " + time(latencies.max());
    }

    std::string summary_line(const Summary& s) const {
        std::string text = std::to_string(s.events) + (s.events == 1 ? " event" : " events");
        auto add = [&](std::uint64_t n, const char* what, Color color) {
            if (n > 0) text += "   " + terminal_.paint(color, std::to_string(n) + ' ' + what);
        };
        text += "   " + terminal_.paint(Color::green, std::to_string(s.passed) + " passed");
        add(s.flaky, "flaky", Color::yellow);
        add(s.failed, "failed", Color::red);
        add(s.unreadable, "unreadable", Color::red);
        add(s.fresh, "new", Color::yellow);
        add(s.updated, "updated", Color::yellow);
        add(s.skipped, "skipped", Color::dim);
        add(s.unselected, "not selected", Color::dim);
        const double seconds = std::chrono::duration<double>(s.duration).count();
        text += "        " + fixed(seconds, 2) + " s";
        if (s.events > 0 && seconds > 0)
            text += "   " + rate_text(static_cast<double>(s.events) / seconds);
        if (s.latencies.count() > 0) text += "   " + percentiles(s.latencies);
        if (s.pace && s.pace->from_due.count() > 0)
            text += "   from due " + percentiles(s.pace->from_due);
        return text;
    }

    cli::Output& out_;
    const cli::Terminal& terminal_;
    TextReportOptions options_;
    std::size_t name_width_ = 28;
    std::size_t shape_width_ = 8;
    std::map<events::Format, Row> parity_;
};

}  // namespace

bool is_told(const Result& result, int verbosity) noexcept {
    switch (result.verdict) {
        case Verdict::failed:
        case Verdict::unreadable:
            return true;
        case Verdict::fresh:
        case Verdict::updated:
            return verbosity >= 0;
        case Verdict::skipped:
            return verbosity >= (result.named ? 0 : 1);
        case Verdict::passed:
            return verbosity >= (result.is_flaky() ? 0 : 1);
        case Verdict::interrupted:
        case Verdict::unselected:
            return verbosity >= 1;
    }
    return true;
}

std::unique_ptr<Report> text_report(cli::Output& out, TextReportOptions options) {
    return std::make_unique<TextReport>(out, std::move(options));
}

}  // namespace turngate::replay

// What would be replayed.
#include <algorithm>
#include <string>

#include "replay/printable.h"
#include "replay/report.h"

namespace turngate::replay {
namespace {

class ListReport final : public Report {
  public:
    ListReport(cli::Output& out, int verbosity) : out_(out), verbosity_(verbosity) {}

    void event(const Result& result) override {
        if (result.verdict == Verdict::skipped && !is_told(result, verbosity_)) return;
        const std::string name = printable(result.name);
        if (verbosity_ < 0 && result.problem.empty()) {
            out_.write(name + '\n');
            return;
        }
        width_ = std::max(width_, columns(name));
        std::string text = padded(name, width_) + "   ";
        if (result.problem.empty())
            text += padded(events::name(*result.format), 11) + "  " +
                    padded(printable(result.method), 4) + ' ' + printable(result.target);
        else
            text += std::string(replay::name(result.verdict)) + ": " + printable(result.problem);
        out_.write(text + '\n');
    }
    void flush() override { out_.flush(); }
    void end(const Summary& summary) override {
        if (summary.seed && verbosity_ >= 0)
            out_.write("shuffled, the same again with --shuffle=" + std::to_string(*summary.seed) +
                       '\n');
        out_.flush();
    }

  private:
    cli::Output& out_;
    int verbosity_;
    std::size_t width_ = 28;
};

}  // namespace

std::unique_ptr<Report> list_report(cli::Output& out, int verbosity) {
    return std::make_unique<ListReport>(out, verbosity);
}

}  // namespace turngate::replay

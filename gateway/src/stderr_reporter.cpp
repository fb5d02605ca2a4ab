// Lines on standard error.
#include "stderr_reporter.h"

#include "observe/log.h"

namespace turngate {
namespace {

class StderrReporter final : public Reporter {
  public:
    StderrReporter(std::shared_ptr<Log> log, bool access) : log_(std::move(log)), access_(access) {}

    void began(const Context&) override {}
    void logged(const Context& context, Level level, std::string_view message) override {
        log_->write(level, message, context);
    }
    void printed(const Context& context, Stream, std::string_view text) override {
        log_->write(Level::info, text, context);
    }
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context& context, const Outcome& outcome) override {
        if (!access_ || !log_->takes(Level::info)) return;
        LogLine line(log_->form(), Level::info, outcome.complete ? "request" : "request broken off",
                     context);
        line.number("status", static_cast<std::uint64_t>(outcome.status));
        line.number("bytes", outcome.bytes, "bytes");
        log_->write(line);
    }

  private:
    const std::shared_ptr<Log> log_;
    const bool access_;
};

}  // namespace

std::unique_ptr<Reporter> stderr_reporter(StderrReporterOptions options) {
    LogForm form;
    form.json = options.json;
    form.level = options.level;
    form.door = options.door;
    return log_reporter(std::make_shared<Log>(options.fd, std::move(form)), options.access);
}

std::unique_ptr<Reporter> log_reporter(std::shared_ptr<Log> log, bool access) {
    return std::make_unique<StderrReporter>(std::move(log), access);
}

std::optional<Level> parse_level(std::string_view name) {
    for (const Level level : {Level::debug, Level::info, Level::warn, Level::error, Level::fatal})
        if (name_of(level) == name) return level;
    return std::nullopt;
}

}  // namespace turngate

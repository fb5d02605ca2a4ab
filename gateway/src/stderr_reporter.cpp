// Lines on standard error.
#include "stderr_reporter.h"

#include "observe/log.h"
#include <turngate/http/headers.h>

namespace turngate {
namespace {

class StderrReporter final : public Reporter {
  public:
    explicit StderrReporter(std::shared_ptr<Log> log) : log_(std::move(log)) {}

    void began(const Context&) override {}
    void logged(const Context& context, Level level, std::string_view message) override {
        log_->write(level, message, context);
    }
    void printed(const Context& context, Stream, std::string_view text) override {
        if (text.ends_with('\n')) text.remove_suffix(1);  // a line has its own
        log_->write(Level::info, text, context);
    }
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}

  private:
    const std::shared_ptr<Log> log_;
};

}  // namespace

std::unique_ptr<Reporter> stderr_reporter(LogForm form, int fd) {
    return log_reporter(std::make_shared<Log>(fd, std::move(form)));
}

std::unique_ptr<Reporter> log_reporter(std::shared_ptr<Log> log) {
    return std::make_unique<StderrReporter>(std::move(log));
}

std::optional<Level> parse_level(std::string_view name) {
    for (const Level level : {Level::debug, Level::info, Level::warn, Level::error, Level::fatal})
        if (iequals(name_of(level), name)) return level;
    if (iequals(name, "warning")) return Level::warn;
    if (iequals(name, "critical")) return Level::fatal;
    return std::nullopt;
}

}  // namespace turngate

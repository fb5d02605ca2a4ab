// A platform that writes down what it is told.
#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <turngate/http/serve.h>

namespace turngate::test {

class RecordingReporter final : public Reporter {
  public:
    bool throws = false;  // be a broken platform

    // One line a call: request id, what happened, details.
    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    void began(const Context& c) override { note(c, "began"); }
    void logged(const Context& c, Level level, std::string_view message) override {
        constexpr const char* names[] = {"debug ", "info ", "warn ", "error ", "fatal "};
        note(c, names[static_cast<int>(level)] + std::string(message));
    }
    void printed(const Context& c, Stream stream, std::string_view text) override {
        note(c, (stream == Stream::out ? "out " : "err ") + std::string(text));
    }
    void fetched(const Context& c, const FetchMetric& metric) override {
        note(c, "fetched " + metric.host);
    }
    void ended(const Context& c, const Outcome& outcome) override {
        note(c, "ended " + std::to_string(outcome.status));
    }

  private:
    void note(const Context& c, const std::string& line) {
        if (throws) throw std::runtime_error("the platform is down");
        const std::lock_guard lock(mutex_);
        lines_.push_back(c.request_id + ' ' + line);
    }

    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace turngate::test

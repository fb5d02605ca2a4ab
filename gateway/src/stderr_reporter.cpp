// Lines on standard error.
#include "stderr_reporter.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <system_error>

#include <turngate/json/json_writer.h>
#include <turngate/os/fd.h>

namespace turngate {
namespace {

constexpr std::array<std::string_view, 5> level_names = {"debug", "info", "warn", "error", "fatal"};
constexpr std::size_t max_message = 8 * 1024;  // what escaping makes too long is cut again
constexpr std::size_t max_line = 16 * 1024;
constexpr std::size_t max_id = 128;

std::string_view name_of(Level level) {
    return level_names[static_cast<std::size_t>(level)];
}

// "2026-11-20T09:30:00.123Z"
std::string timestamp() {
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 40> text;
    const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text.data() + n, text.size() - n, ".%03dZ",
                  static_cast<int>(now.time_since_epoch().count() % 1000));
    return text.data();
}

// For people: what a terminal would obey is shown instead.
std::string printable(std::string_view text) {
    std::string out;
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        std::array<char, 5> hex;
        std::snprintf(hex.data(), hex.size(), "\\x%02x", byte);
        if (byte < 0x20 || byte == 0x7f)
            out += hex.data();
        else
            out += c;
    }
    return out;
}

class StderrReporter final : public Reporter {
  public:
    explicit StderrReporter(StderrReporterOptions options) : options_(options) {}

    void began(const Context&) override {}
    void logged(const Context& context, Level level, std::string_view message) override {
        if (level >= options_.level) line(context, level, message, nullptr);
    }
    void printed(const Context& context, Stream, std::string_view text) override {
        if (Level::info >= options_.level) line(context, Level::info, text, nullptr);
    }
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context& context, const Outcome& outcome) override {
        if (!options_.access || Level::info < options_.level) return;
        line(context, Level::info, outcome.complete ? "request" : "request broken off", &outcome);
    }

  private:
    void line(const Context& context, Level level, std::string_view message,
              const Outcome* outcome) const {
        message = message.substr(0, max_message);
        std::string out;
        if (options_.json) {
            JsonWriter json(out);
            json.begin_object().key("ts").string(timestamp()).key("level").string(name_of(level));
            json.key("msg").string(message);
            if (const std::string_view id = context.request_id; !id.empty())
                json.key("request_id").string(id.substr(0, max_id));
            json.key("door").string(options_.door);
            if (outcome) {
                json.key("status").integer(outcome->status);
                json.key("bytes").unsigned_integer(outcome->bytes);
            }
            json.end_object();
        } else {
            out = std::string(name_of(level)) + ' ' + printable(message);
            if (outcome)
                out += ' ' + std::to_string(outcome->status) + ' ' +
                       std::to_string(outcome->bytes) + " bytes";
        }
        if (out.size() >= max_line) return line(context, level, message.substr(0, 1024), outcome);
        out += '\n';
        try {
            os::write_whole(options_.fd, out);
        } catch (const std::system_error&) {  // nobody reads it: serving goes on
        }
    }

    const StderrReporterOptions options_;
};

}  // namespace

std::unique_ptr<Reporter> stderr_reporter(StderrReporterOptions options) {
    return std::make_unique<StderrReporter>(options);
}

std::optional<Level> parse_level(std::string_view name) {
    for (std::size_t i = 0; i < level_names.size(); ++i)
        if (level_names[i] == name) return static_cast<Level>(i);
    return std::nullopt;
}

}  // namespace turngate

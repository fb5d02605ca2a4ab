// Lines of the log.
#include "observe/log_line.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "observe/log_text.h"
#include "observe/trace_context.h"

namespace turngate {
namespace {

constexpr std::array<std::string_view, 5> level_names = {"debug", "info", "warn", "error", "fatal"};
constexpr std::array<std::string_view, 5> upper_names = {"DEBUG", "INFO", "WARN", "ERROR",
                                                         "CRITICAL"};

constexpr std::array<std::string_view, 5> lambda_names = {"DEBUG", "INFO", "WARN", "ERROR",
                                                          "FATAL"};

constexpr std::size_t max_line = 16 * 1024;
constexpr std::size_t max_message = 10 * 1024;
constexpr std::size_t max_text = 2 * 1024;
constexpr std::size_t max_id = 256;

// Of a line, kept free of texts: names, numbers, flags and the end always find room.
constexpr std::size_t reserved = 1024;

}  // namespace

std::string_view name_of(Level level) noexcept {
    return level_names[static_cast<std::size_t>(level)];
}

std::string log_time(std::chrono::system_clock::time_point time) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(time);
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(now));
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 40> text;
    const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text.data() + n, text.size() - n, ".%03dZ",
                  static_cast<int>((now - std::chrono::floor<std::chrono::seconds>(now)).count()));
    return text.data();
}

LogLine::LogLine(const LogForm& form, Level level, std::string_view message, const Context& context)
    : form_(form) {
    line_.reserve(512);
    if (!form_.json) {
        line_.append(name_of(level)) += ' ';
        append_plain_text(line_, message, room_for(max_message));
        return;
    }
    const std::string time = log_time(std::chrono::system_clock::now());
    if (form_.lambda) {  // AWS, "Working with JSON formatted logs"
        json_text("timestamp", time, max_id);
        json_text("level", lambda_names[static_cast<std::size_t>(level)], max_id);
        json_text("message", message, max_message);
        if (!context.request_id.empty()) json_text("requestId", context.request_id, max_id);
        return;
    }
    json_text("ts", time, max_id);
    json_text("level",
              form_.powertools ? upper_names[static_cast<std::size_t>(level)] : name_of(level),
              max_id);
    const std::size_t message_limit = form_.powertools ? max_message / 2 : max_message;
    json_text("msg", message, message_limit);
    if (!context.request_id.empty()) json_text("request_id", context.request_id, max_id);
    const TraceContext* trace = context.find<TraceContext>();
    if (trace && !trace->trace_id.empty()) json_text("trace_id", trace->trace_id, max_id);
    if (!form_.door.empty()) json_text("door", form_.door, max_id);
    if (!form_.powertools) return;
    json_text("timestamp", time, max_id);
    json_text("message", message, message_limit);
    if (!form_.service.empty()) json_text("service", form_.service, max_id);
    if (!context.request_id.empty()) json_text("function_request_id", context.request_id, max_id);
    if (trace && !trace->xray.empty()) json_text("xray_trace_id", trace->xray, max_id);
}

LogLine& LogLine::text(std::string_view name, std::string_view value) {
    if (form_.json) return detail(name, value);
    line_ += ' ';
    append_plain_text(line_, value, room_for(max_text));
    return *this;
}

LogLine& LogLine::number(std::string_view name, std::uint64_t value, std::string_view unit) {
    if (form_.json) {
        line_.append(",\"").append(name).append("\":").append(std::to_string(value));
        return *this;
    }
    line_.append(" ").append(std::to_string(value));
    if (!unit.empty()) line_.append(" ").append(unit);
    return *this;
}

LogLine& LogLine::milliseconds(std::string_view name, std::chrono::steady_clock::duration value) {
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(value).count();
    const auto microseconds = static_cast<unsigned long long>(whole < 0 ? 0 : whole);
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%llu.%03llu", microseconds / 1000,
                  microseconds % 1000);
    if (form_.json)
        line_.append(",\"").append(name).append("\":").append(text.data());
    else
        line_.append(" ").append(text.data()).append(" ms");
    return *this;
}

LogLine& LogLine::detail(std::string_view name, std::string_view value) {
    if (form_.json) json_text(name, value, max_text);
    return *this;
}

LogLine& LogLine::flag(std::string_view name, bool value) {
    if (form_.json) line_.append(",\"").append(name).append(value ? "\":true" : "\":false");
    return *this;
}

std::string LogLine::take() {
    line_ += form_.json ? "}\n" : "\n";
    return std::move(line_);
}

void LogLine::json_text(std::string_view name, std::string_view value, std::size_t limit) {
    line_.append(line_.empty() ? "{\"" : ",\"").append(name).append("\":\"");
    append_json_text(line_, value, room_for(limit));
    line_ += '"';
}

std::size_t LogLine::room_for(std::size_t limit) const noexcept {
    constexpr std::size_t texts = max_line - reserved;
    return line_.size() < texts ? std::min(limit, texts - line_.size()) : 0;
}

}  // namespace turngate

// What was measured, for people and for programs.
#include "bench/bench_report.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "replay/printable.h"
#include "replay/quantity.h"
#include <turngate/json/json_writer.h>

namespace turngate::bench {
namespace {

using replay::Histogram;

struct Quantile {
    std::string_view name;
    double fraction;
};
constexpr Quantile quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};

constexpr std::size_t label_width = 13;
constexpr std::size_t column_width = 11;

std::string right(std::string_view text) {
    const std::size_t width = replay::columns(text);
    return std::string(column_width - std::min(column_width, width), ' ') + std::string(text);
}

std::string row(std::string_view label, const Histogram& latencies, bool unicode) {
    std::string text = replay::padded(label, label_width);
    for (const Quantile& quantile : quantiles)
        text += right(replay::duration_text(latencies.percentile(quantile.fraction), unicode));
    return text + right(replay::duration_text(latencies.max(), unicode)) + '\n';
}

std::string line(std::string_view label, const std::string& text) {
    return replay::padded(label, label_width) + "  " + text + '\n';
}

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

std::string cpu(const Measured& m, bool unicode) {
    const std::chrono::nanoseconds all = m.user + m.system;
    std::string text = replay::fixed(seconds(m.user), 2) + " s user   " +
                       replay::fixed(seconds(m.system), 2) + " s system";
    if (m.seconds.count() > 0)
        text += "   " + replay::fixed(100 * seconds(all) / seconds(m.seconds), 0) + " % of a core";
    if (m.events > 0)
        text += "   " + replay::duration_text(all / static_cast<std::int64_t>(m.events), unicode) +
                " an event";
    return text;
}

void write_latencies(JsonWriter& json, const Histogram& latencies) {
    json.begin_object();
    for (const Quantile& quantile : quantiles)
        json.key(std::string(quantile.name) + "_ms")
            .real(seconds(latencies.percentile(quantile.fraction)) * 1e3);
    json.key("max_ms").real(seconds(latencies.max()) * 1e3);
    json.end_object();
}

}  // namespace

std::string bench_text(const Measured& m, unsigned concurrency, const cli::Terminal& terminal) {
    const bool unicode = terminal.unicode;
    std::string text;
    if (m.events > 0) {
        text += replay::padded("latency", label_width);
        for (const Quantile& quantile : quantiles)
            text += right(quantile.name);
        text += right("max") + '\n' + row("  from sent", m.latencies, unicode);
        if (m.pace) text += row("  from due", m.pace->from_due, unicode);
    }
    std::string statuses;
    for (const auto& [status, count] : m.statuses)
        statuses +=
            (statuses.empty() ? "" : "   ") + std::to_string(status) + ": " + std::to_string(count);
    if (!statuses.empty()) text += line("statuses", statuses);
    for (const auto& [problem, count] : m.problems)
        text += line("error", std::to_string(count) + "   " + replay::printable(problem));
    text += line("cpu", cpu(m, unicode));
    if (m.pace && m.pace->fell_behind())
        text += std::string(terminal.glyph(cli::Glyph::warning)) + ' ' +
                replay::lateness_text(*m.pace, m.per_second(), unicode) + '\n';
    if (m.signal != 0) text += "interrupted\n";
    text += replay::count_text(m.events, "event") + "   ";
    const std::string errors = replay::count_text(m.errors, "error");
    text += m.errors > 0 ? terminal.paint(cli::Color::red, errors) : errors;
    return text + "        " + replay::fixed(seconds(m.seconds), 2) + " s   " +
           replay::rate_text(m.per_second()) + "   " + std::to_string(concurrency) + " at a time\n";
}

std::string bench_json(const Measured& m, unsigned concurrency) {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.key("events").unsigned_integer(m.events);
    json.key("errors").unsigned_integer(m.errors);
    json.key("seconds").real(seconds(m.seconds));
    json.key("per_second").real(m.per_second());
    json.key("concurrency").unsigned_integer(concurrency);
    json.key("from_sent");
    write_latencies(json, m.latencies);
    if (m.pace) {
        json.key("from_due");
        write_latencies(json, m.pace->from_due);
        json.key("rate").real(m.pace->rate);
        json.key("latest_ms").real(seconds(m.pace->latest) * 1e3);
        json.key("last_one_late_ms").real(seconds(m.pace->last_one) * 1e3);
        json.key("fell_behind").boolean(m.pace->fell_behind());
    }
    json.key("statuses").begin_object();
    for (const auto& [status, count] : m.statuses)
        json.key(std::to_string(status)).unsigned_integer(count);
    json.end_object();
    json.key("problems").begin_object();
    for (const auto& [problem, count] : m.problems)
        json.key(replay::printable(problem)).unsigned_integer(count);
    json.end_object();
    json.key("cpu").begin_object();
    json.key("user_seconds").real(seconds(m.user));
    json.key("system_seconds").real(seconds(m.system));
    json.end_object();
    if (m.signal != 0) json.key("signal").integer(m.signal);
    json.key("exit_status").integer(m.exit_status());
    json.end_object();
    return text + '\n';
}

}  // namespace turngate::bench

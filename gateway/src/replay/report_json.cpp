// What came of a replay, for programs: one JSON document, or an object a line.
#include <algorithm>
#include <exception>
#include <string>
#include <string_view>

#include "replay/golden_file.h"
#include "replay/report.h"
#include <turngate/json/json_writer.h>
#include <turngate/os/fd.h>

namespace turngate::replay {
namespace {

std::string_view part_name(Difference::Part part) {
    switch (part) {
        case Difference::Part::status:
            return "status";
        case Difference::Part::header:
            return "header";
        case Difference::Part::json:
            return "json";
        case Difference::Part::text:
            return "text";
        case Difference::Part::bytes:
            break;
    }
    return "bytes";
}

std::string_view parity_name(ParityCell::State state) {
    switch (state) {
        case ParityCell::State::same:
            return "same";
        case ParityCell::State::different:
            return "different";
        case ParityCell::State::lossy:
            return "lossy";
        case ParityCell::State::impossible:
            break;
    }
    return "impossible";
}

double milliseconds(std::chrono::nanoseconds t) {
    return static_cast<double>(t.count()) / 1e6;
}

void member(JsonWriter& json, std::string_view name, std::string_view value) {
    if (!value.empty()) json.key(name).string(value);
}

void strings(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    json.key(name).begin_array();
    for (const std::string& value : values)
        json.string(value);
    json.end_array();
}

void write_event(JsonWriter& json, const Result& result, bool typed) {
    json.begin_object();
    if (typed) json.key("type").string("event");
    json.key("name").string(result.name);
    json.key("verdict").string(name(result.verdict));
    if (result.format) json.key("shape").string(events::name(*result.format));
    member(json, "method", result.method);
    member(json, "target", result.target);
    if (result.status != 0) {
        json.key("status").integer(result.status);
        json.key("ms").real(milliseconds(result.latency));
        if (result.from_due) json.key("from_due_ms").real(milliseconds(*result.from_due));
    }
    if (result.attempts > 1) json.key("attempts").unsigned_integer(result.attempts);
    if (result.is_flaky()) json.key("flaky").boolean(true);
    member(json, "problem", result.problem);
    member(json, "hint", result.hint);
    if (result.wrote) json.key("wrote").boolean(true);
    if (!result.differences.empty()) {
        json.key("differences").begin_array();
        for (const Difference& d : result.differences) {
            json.begin_object().key("part").string(part_name(d.part));
            if (!d.where.empty() || d.part == Difference::Part::json)
                json.key("where").string(d.where);
            if (d.expected) json.key("expected").string(*d.expected);
            if (d.actual) json.key("actual").string(*d.actual);
            json.end_object();
        }
        json.end_array();
    }
    if (!result.parity.empty()) {
        json.key("parity").begin_object();
        for (const ParityCell& cell : result.parity)
            json.key(events::name(cell.format)).string(parity_name(cell.state));
        json.end_object();
    }
    if (std::any_of(result.parity.begin(), result.parity.end(),
                    [](const ParityCell& cell) { return !cell.why.empty(); })) {
        json.key("parity_why").begin_object();
        for (const ParityCell& cell : result.parity)
            member(json, events::name(cell.format), cell.why);
        json.end_object();
    }
    if (!result.violations.empty()) {
        json.key("rules").begin_array();
        for (const strict::Violation& broken : result.violations) {
            json.begin_object().key("rule").string(broken.rule);
            json.key("platform").string(broken.platform);
            json.key("found").string(broken.found);
            json.key("limit").string(broken.limit);
            json.key("fix").string(broken.fix).end_object();
        }
        json.end_array();
    }
    strings(json, "repairs", result.repairs);
    strings(json, "notes", result.notes);
    json.end_object();
}

void write_latencies(JsonWriter& json, const Histogram& latencies) {
    json.key("p50_ms").real(milliseconds(latencies.percentile(0.5)));
    json.key("p99_ms").real(milliseconds(latencies.percentile(0.99)));
    json.key("max_ms").real(milliseconds(latencies.max()));
}

void write_summary(JsonWriter& json, const Summary& s, bool typed) {
    json.begin_object();
    if (typed) json.key("type").string("summary");
    json.key("events").unsigned_integer(s.events);
    json.key("passed").unsigned_integer(s.passed);
    if (s.flaky > 0) json.key("flaky").unsigned_integer(s.flaky);
    json.key("failed").unsigned_integer(s.failed);
    json.key("unreadable").unsigned_integer(s.unreadable);
    json.key("new").unsigned_integer(s.fresh);
    json.key("updated").unsigned_integer(s.updated);
    json.key("skipped").unsigned_integer(s.skipped);
    if (s.unselected > 0) json.key("unselected").unsigned_integer(s.unselected);
    json.key("seconds").real(std::chrono::duration<double>(s.duration).count());
    write_latencies(json, s.latencies);
    if (s.pace) {
        json.key("from_due").begin_object();
        write_latencies(json, s.pace->from_due);
        json.end_object();
        if (s.pace->rate > 0) json.key("rate").real(s.pace->rate);
        json.key("latest_ms").real(milliseconds(s.pace->latest));
        json.key("last_one_late_ms").real(milliseconds(s.pace->last_one));
        json.key("fell_behind").boolean(s.pace->fell_behind());
    }
    if (s.seed) json.key("seed").unsigned_integer(*s.seed);
    if (s.out_of_time) json.key("out_of_time").boolean(true);
    if (s.gave_up) json.key("gave_up").boolean(true);
    if (s.signal != 0) json.key("signal").integer(s.signal);
    member(json, "problem", s.problem);
    json.key("exit_status").integer(s.exit_status());
    json.end_object();
}

constexpr std::string_view events_begin = "{\"events\": [";
constexpr std::string_view summary_begin = "],\n\"summary\": ";

class JsonReport final : public Report {
  public:
    explicit JsonReport(cli::Output& out) : out_(out) {}

    void event(const Result& result) override {
        text_ = first_ ? events_begin : ",";
        text_ += '\n';
        first_ = false;
        JsonWriter json(text_);
        write_event(json, result, false);
        out_.write(text_);
    }
    void flush() override { out_.flush(); }
    void end(const Summary& summary) override {
        text_ = first_ ? events_begin : "\n";
        text_ += summary_begin;
        JsonWriter json(text_);
        write_summary(json, summary, false);
        out_.write(text_ + "}\n");
        out_.flush();
    }

  private:
    cli::Output& out_;
    std::string text_;
    bool first_ = true;
};

class NdjsonReport final : public Report {
  public:
    explicit NdjsonReport(cli::Output& out) : out_(out) {}

    void event(const Result& result) override {
        text_.clear();
        JsonWriter json(text_);
        write_event(json, result, true);
        text_ += '\n';
        out_.write(text_);
    }
    void flush() override { out_.flush(); }
    void end(const Summary& summary) override {
        text_.clear();
        JsonWriter json(text_);
        write_summary(json, summary, true);
        text_ += '\n';
        out_.write(text_);
        out_.flush();
    }

  private:
    cli::Output& out_;
    std::string text_;
};

}  // namespace

std::unique_ptr<Report> json_report(cli::Output& out) {
    return std::make_unique<JsonReport>(out);
}

std::unique_ptr<Report> ndjson_report(cli::Output& out) {
    return std::make_unique<NdjsonReport>(out);
}

bool is_report(std::string_view beginning) noexcept {
    constexpr std::string_view lines[] = {"{\"type\":\"event\",\"name\":",
                                          "{\"type\":\"summary\",\"events\":"};
    for (const std::string_view line : lines)
        if (beginning.starts_with(line)) return true;
    if (!beginning.starts_with(events_begin)) return false;
    beginning.remove_prefix(events_begin.size());
    return beginning.starts_with("\n{\"name\":") || beginning.starts_with(summary_begin);
}

bool is_report_file(const std::string& path) {
    try {
        const os::Fd fd = open_file(path);
        char beginning[100];
        return fd && is_report({beginning, os::read_whole(fd.get(), beginning)});
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace turngate::replay

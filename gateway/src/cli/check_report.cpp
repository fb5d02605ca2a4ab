// What event check says.
#include "cli/check_report.h"

#include <utility>

#include "cli/exit_status.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include <turngate/json/json_writer.h>

namespace turngate::cli {
namespace {

using Kind = events::Classification::Kind;

// By Kind.
constexpr std::string_view singular[] = {"event",    "reply",     "authorizer",
                                         "template", "malformed", "other"};
constexpr std::string_view plural[] = {"events",    "replies",   "authorizers",
                                       "templates", "malformed", "other"};

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
    return std::to_string(n) + ' ' + std::string(n == 1 ? one : many);
}

}  // namespace

void CheckReport::item(const std::string& name, const events::Classification& found) {
    ++counts_[static_cast<std::size_t>(found.kind)];
    if (style_ == Style::text)
        text_item(name, found);
    else
        json_item(name, singular[static_cast<std::size_t>(found.kind)], found.what, found);
}

void CheckReport::skipped(const std::string& name, std::string_view why) {
    ++skipped_;
    if (style_ != Style::text) return json_item(name, "skipped", why, {});
    if (verbosity_ < 0) return;
    out_.write(out_.paint(Color::dim, out_.terminal().glyph(Glyph::dot)) + ' ' +
               replay::printable(name) + "  " + std::string(why) + '\n');
}

void CheckReport::text_item(const std::string& name, const events::Classification& found) {
    const bool bad = found.kind == Kind::malformed;
    if (verbosity_ < 0 && !bad) return;
    const Terminal& terminal = out_.terminal();
    std::string line = bad ? out_.paint(Color::red, terminal.glyph(Glyph::fail))
                           : out_.paint(Color::green, terminal.glyph(Glyph::pass));
    line += ' ' + replay::printable(name) + "  " + replay::printable(found.what);
    if (!found.problem.empty()) line += ": " + replay::printable(found.problem);
    out_.write(line + '\n');
}

void CheckReport::json_item(const std::string& name, std::string_view kind, std::string_view what,
                            const events::Classification& found) {
    std::string text;
    if (style_ == Style::json) text = is_first_ ? "{\"items\": [\n" : ",\n";
    is_first_ = false;
    JsonWriter json(text);
    json.begin_object();
    if (style_ == Style::ndjson) json.key("type").string("item");
    json.key("name").string(name);
    json.key("kind").string(kind);
    json.key("what").string(what);
    if (found.format) json.key("shape").string(events::name(*found.format));
    if (!found.problem.empty()) json.key("problem").string(found.problem);
    json.end_object();
    if (style_ == Style::ndjson) text += '\n';
    out_.write(text);
}

int CheckReport::end() {
    using namespace std::chrono;
    const double seconds = duration<double>(steady_clock::now() - started_).count();
    const int status = counts_[static_cast<std::size_t>(Kind::malformed)] > 0
                           ? exit_status::unreadable
                           : exit_status::good;
    if (style_ == Style::text)
        text_summary(seconds);
    else
        json_summary(seconds, status);
    return status;
}

void CheckReport::text_summary(double seconds) {
    if (verbosity_ < 0) return;
    std::string line = counted(files_, "file", "files");
    if (lines_ > 0) line += "   " + counted(lines_, "line", "lines");
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if (counts_[i] > 0) line += "   " + counted(counts_[i], singular[i], plural[i]);
    if (skipped_ > 0) line += "   " + std::to_string(skipped_) + " skipped";
    out_.write(line + "   " + replay::fixed(seconds, 2) + " s\n");
}

void CheckReport::json_summary(double seconds, int status) {
    std::string text;
    if (style_ == Style::json) text = is_first_ ? "{\"items\": [" : "\n";
    if (style_ == Style::json) text += "],\n\"summary\": ";
    JsonWriter json(text);
    json.begin_object();
    if (style_ == Style::ndjson) json.key("type").string("summary");
    json.key("files").unsigned_integer(files_);
    json.key("lines").unsigned_integer(lines_);
    for (std::size_t i = 0; i < counts_.size(); ++i)
        json.key(plural[i]).unsigned_integer(counts_[i]);
    json.key("skipped").unsigned_integer(skipped_);
    json.key("seconds").real(seconds);
    json.key("exit_status").integer(status);
    json.end_object();
    out_.write(text + (style_ == Style::json ? "}\n" : "\n"));
}

}  // namespace turngate::cli

// Replays one event and judges the reply.
#include "replay/judge.h"

#include <algorithm>
#include <system_error>

#include "replay/event_log.h"
#include "replay/golden_file.h"
#include "replay/quantity.h"
#include <turngate/events/answer.h>
#include <turngate/events/make_event.h>
#include <turngate/events/reply.h>
#include <turngate/http/serve.h>

namespace turngate::replay {
namespace {

constexpr std::size_t longest_golden = 64u << 20;
constexpr std::size_t longest_event = 8u << 20;       // of a file; decode() has the stricter word
constexpr std::size_t longest_difference = 1u << 18;  // of what is kept of either side

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "something that is no exception";
    }
}

// A refusal (4xx) is an answer; anything else that a handler throws is its failure.
bool is_failure(const std::exception_ptr& error) {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const HttpError& e) {
        return e.status() >= 500;
    } catch (...) {
        return true;
    }
}

void shorten(std::optional<std::string>& text) {
    if (!text || text->size() <= longest_difference) return;
    const std::size_t size = text->size();
    text->resize(longest_difference);
    *text += "… (" + std::to_string(size) + " bytes)";
}

std::string_view directory_of(std::string_view path) {
    return path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
}

std::string reason(const std::system_error& e) {
    return e.code().message();
}

void unreadable(Result& result, std::string problem, std::string hint = {}) {
    result.verdict = Verdict::unreadable;
    result.problem = std::move(problem);
    result.hint = std::move(hint);
}

}  // namespace

Judge::Judge(const JudgeOptions& options, Watchdog::Slot& slot)
    : options_(options),
      slot_(slot),
      comparer_(options.ignore),
      log_(std::make_unique<EventLog>()) {
    if (options.as == events::Format::raw) decode_options_.format = events::Format::raw;
}

Judge::~Judge() = default;

void Judge::run(const Batch& batch, const Item& item, Result& result) {
    result.clear();
    result.name = batch[item.name];
    result.line = item.line;
    is_lines_ = item.kind == Item::Kind::text;
    has_place_ = !is_lines_ || (batch.lines && batch.lines->has_goldens);
    try {
        switch (item.kind) {
            case Item::Kind::problem:
                return unreadable(result, std::string(batch[item.event]));
            case Item::Kind::skipped:
                result.verdict = Verdict::skipped;
                result.problem = batch[item.event];
                return;
            case Item::Kind::file:
                return run_file(result.name, item.named, result);
            case Item::Kind::text:
                break;
        }
        Texts texts{batch[item.event], {}, {}, true};
        if (item.has_golden) texts.golden = batch[item.golden];
        if (batch.lines) texts.directory = directory_of(batch.lines->path);
        judge(texts, result);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& e) {
        unreadable(result, e.what());
    }
}

void Judge::run_file(const std::string& path, bool named, Result& result) {
    if (is_companion(path)) {
        if (path.ends_with(".new"))
            return unreadable(result, "a proposed reply, not an event",
                              "accept it with turngate accept " + path);
        return unreadable(result,
                          path.ends_with(".request.json") ? "a decoded request, not an event"
                                                          : "an expected reply, not an event",
                          "name the event beside it");
    }
    path_ = path;
    try {
        if (!read_file(path, event_text_, longest_event))
            return unreadable(result, "no such file or directory");
    } catch (const std::system_error& e) {
        return unreadable(result, reason(e));
    } catch (const JsonError& e) {
        return unreadable(result, e.what());
    }
    Texts texts{event_text_, {}, directory_of(path_), named};
    const std::string golden = golden_path(path);
    try {
        if (read_file(golden, golden_text_, longest_golden)) texts.golden = golden_text_;
    } catch (const std::system_error& e) {
        return unreadable(result, golden + ": " + reason(e));
    } catch (const JsonError& e) {
        return unreadable(result, golden + ": " + e.what());
    }
    judge(texts, result);
}

void Judge::judge(const Texts& texts, Result& result) {
    const Golden* golden = nullptr;
    try {
        if (texts.golden) golden = &parser_.parse(*texts.golden);
    } catch (const JsonError& e) {
        const std::string where = is_lines_ ? "expected reply" : golden_path(path_);
        return unreadable(result, where + ": " + e.what());
    }
    events::Event event;
    if (!decode(texts, result, event)) return;
    const auto shape =
        options_.as && *options_.as != events::Format::raw ? options_.as : std::nullopt;
    if (shape && !convert(event, *shape, result)) {
        result.verdict = Verdict::skipped;
        return;
    }
    try {
        serve(texts, event);
        if (shape) translate_reply(*shape);
    } catch (const Error& e) {
        result.verdict = Verdict::failed;
        result.problem =
            (shape ? std::string(events::name(*shape)) + " refuses the reply: " : "") + e.what();
        return note_failure(result);
    }
    result.latency = latency_;
    result.status = reply_.status;
    compare(texts, golden, result);
    if (options_.all_shapes && result.verdict != Verdict::unreadable)
        compare_shapes(texts, golden, result);
}

bool Judge::decode(const Texts& texts, Result& result, events::Event& event) {
    using Kind = events::Classification::Kind;
    if (texts.event.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return unreadable(result, "empty, where an event was expected"), false;
    std::string problem;
    try {
        event = events::decode(texts.event, decode_options_);
        // What sent it tells an event that is no HTTP request; without a word it may be anything.
        const bool doubtful = event.format == events::Format::raw && event.source.empty() &&
                              decode_options_.format != events::Format::raw;
        if (!doubtful) {
            result.format = event.format;
            result.method = event.request.method;
            result.target = event.request.url.target();
            return true;
        }
    } catch (const Error& e) {
        problem = e.what();
    }
    const events::Classification found = events::classify(texts.event);
    if (found.kind == Kind::reply || found.kind == Kind::authorizer || found.kind == Kind::sample) {
        if (texts.named || is_lines_)
            unreadable(result, "not an event but " + found.what);
        else
            result.verdict = Verdict::skipped, result.problem = found.what;
        return false;
    }
    if (problem.empty() && found.kind == Kind::event) {
        result.format = event.format;
        result.method = event.request.method;
        result.target = event.request.url.target();
        return true;
    }
    if (problem.empty())
        unreadable(result,
                   "not a known event (no requestContext, httpMethod, statusCode or headers)",
                   "for a raw payload use --as raw");
    else
        unreadable(result, std::move(problem));
    return false;
}

bool Judge::convert(events::Event& event, events::Format shape, Result& result) {
    try {
        const std::string text = events::make_event(event.request, shape);
        events::DecodeOptions options;
        options.format = shape;
        event = events::decode(text, options);
        result.format = shape;
        return true;
    } catch (const Error& e) {
        result.problem = std::string(events::name(shape)) + " cannot carry it: " + e.what();
        return false;
    }
}

void Judge::serve(const Texts& texts, events::Event& event) {
    using Clock = Watchdog::Clock;
    if (!event.further.empty()) {  // several requests, whose replies make up one
        const auto begin = Clock::now();
        reply_ = events::decode_reply(
            events::answer(*options_.handler, texts.event, {.decode = decode_options_}),
            event.format);
        latency_ = Clock::now() - begin;
        thrown_ = nullptr;
        return;
    }
    Context& context = event.request.context;
    log_->take();  // whatever an earlier event left
    context.reporter = log_.get();
    Recorder recorder(event.request.method);
    const auto begin = Clock::now();
    if (options_.timeout.count() > 0) context.deadline = begin + options_.timeout;
    context.stop = slot_.begin(context.deadline);
    Outcome outcome = turngate::serve(*options_.handler, event.request, recorder);
    latency_ = Clock::now() - begin;
    slot_.end();
    settle(context, outcome);
    reply_ = outcome.complete ? recorder.take() : text("internal error\n", 500);
    thrown_ = std::move(outcome.error);
}

// What the source would make of the reply, after its own form.
void Judge::translate_reply(events::Format shape) {
    reply_ = events::decode_reply(events::encode(reply_, shape), shape);
}

void Judge::compare(const Texts& texts, const Golden* golden, Result& result) {
    const bool late = options_.timeout.count() > 0 && latency_ > options_.timeout;
    if (late) {
        result.verdict = Verdict::failed;
        result.problem =
            "took " + duration_text(latency_) + ", of at most " + duration_text(options_.timeout);
        return note_failure(result);
    }
    const auto& ranges = options_.statuses;
    const int status = reply_.status;
    if (!ranges.empty() && std::none_of(ranges.begin(), ranges.end(), [&](const auto& range) {
            return range.first <= status && status <= range.second;
        })) {
        result.verdict = Verdict::failed;
        result.problem = "status " + std::to_string(status) + " is not an expected one";
        note_failure(result);
    }
    try {
        if (golden && comparer_.same(*golden, reply_, texts.directory)) return;
        if (golden) {
            if (options_.update == Update::changed || options_.update == Update::all)
                return write_golden(golden, result);
            result.verdict = Verdict::failed;
            result.differences = comparer_.differences(*golden, reply_, texts.directory);
            if (options_.whole_bodies) comparer_.join_json(*golden, reply_, result.differences);
            for (Difference& d : result.differences)
                shorten(d.expected), shorten(d.actual);
            return note_failure(result);
        }
    } catch (const JsonError& e) {
        return unreadable(result,
                          (is_lines_ ? "expected reply" : golden_path(path_)) + ": " + e.what());
    }
    if (!ranges.empty()) return;
    if (options_.update == Update::fresh || options_.update == Update::all)
        return write_golden(nullptr, result);
    if (is_failure(thrown_)) {  // nobody would want to accept that
        result.verdict = Verdict::failed;
        result.problem = "the handler failed";
        return note_failure(result);
    }
    result.problem = "no expected reply";
    if (options_.may_propose) {
        result.verdict = Verdict::fresh;
        write_golden(nullptr, result);
    } else {
        result.verdict = Verdict::failed;
        result.hint = "write it where CI is not set, and commit it";
    }
}

void Judge::write_golden(const Golden* previous, Result& result) {
    if (!has_place_) return;
    const bool proposal = result.verdict == Verdict::fresh;
    if (!proposal && result.verdict != Verdict::failed) result.verdict = Verdict::updated;
    if (is_lines_) {
        result.golden_line = golden_text(reply_, options_.ignore, previous,
                                         {.one_line = true, .largest_inline = 65536})
                                 .json;
        result.wrote = true;
        return;
    }
    const std::string path = golden_path(path_);
    const std::string side = path.substr(0, path.size() - sizeof(".json") + 1) + ".body";
    GoldenTextOptions how;
    if (proposal)
        how.largest_inline = 65536;  // a proposal is one file
    else
        how.side_file = std::string_view(side).substr(side.rfind('/') + 1);
    const GoldenText golden = golden_text(reply_, options_.ignore, previous, how);
    if (golden.side) write_file(side, *golden.side);
    write_file(proposal ? proposal_path(path_) : path, golden.json, !proposal);
    result.wrote = true;
}

void Judge::note_failure(Result& result) {
    if (!result.notes.empty()) return;
    if (thrown_) result.notes.push_back("threw: " + message_of(thrown_));
    for (std::string& line : log_->take())
        result.notes.push_back(std::move(line));
}

}  // namespace turngate::replay

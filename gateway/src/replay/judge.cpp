// Replays one event and judges the reply.
#include "replay/judge.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

#include "replay/event_log.h"
#include "replay/golden_file.h"
#include "replay/limits.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include "replay/reading_hint.h"
#include "replay/report.h"
#include "replay/thrown.h"
#include <turngate/events/make_event.h>
#include <turngate/events/reply.h>
#include <turngate/http/serve.h>

namespace turngate::replay {
namespace {

constexpr std::size_t longest_difference = 1u << 18;  // of what is kept of either side

void shorten(std::optional<std::string>& text) {
    if (!text || text->size() <= longest_difference) return;
    const std::size_t size = text->size();
    text->resize(longest_difference);
    *text += "… (" + std::to_string(size) + " bytes)";
}

std::string_view directory_of(std::string_view path) {
    return path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
}

// Ends the event of a slot, deferred tasks and all.
class Serving {
  public:
    explicit Serving(Watchdog::Slot& slot) : slot_(slot) {}
    ~Serving() { slot_.end(); }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;

  private:
    Watchdog::Slot& slot_;
};

void unreadable(Result& result, std::string problem, std::string_view hint) {
    result.verdict = Verdict::unreadable;
    result.problem = std::move(problem);
    result.hint = hint;
}

void pass_over(Result& result, std::string why) {
    result.verdict = Verdict::skipped;
    result.problem = std::move(why);
}

}  // namespace

Judge::Judge(const JudgeOptions& options, Watchdog::Slot& slot, bool leaves_files)
    : options_(options),
      slot_(slot),
      leaves_files_(leaves_files),
      answer_options_(options.answer),
      comparer_(options.ignore),
      log_(std::make_unique<EventLog>()) {
    if (options.held_to) function_reply_ = std::make_shared<FunctionReply>();
    if (options.as == events::Format::raw) answer_options_.decode.format = events::Format::raw;
    answer_options_.prepare = [this](Request& request) {
        request.context.reporter = log_.get();
        request.context.deadline = deadline_;
        request.context.stop = stop_;
        request.context.put(FunctionFailureWanted{});
        if (function_reply_) request.context.put(FunctionReplySink{function_reply_});
        if (options_.variables) fill_in(request, options_.variables);
    };
    answer_options_.served = [this](const Request&, const Outcome& outcome) {
        if (!thrown_) thrown_ = outcome.error;
    };
}

Judge::~Judge() = default;

void Judge::run(const Batch& batch, const Item& item, Result& result) {
    result.clear();
    result.name = batch[item.name];
    result.line = item.line;
    is_lines_ = item.kind == Item::Kind::text;
    has_place_ = !is_lines_ || (batch.lines && batch.lines->has_goldens);
    result.named = item.named;
    result.is_stream = !has_place_;
    try {
        switch (item.kind) {
            case Item::Kind::problem:
                return unreadable(result, std::string(batch[item.event]), batch[item.hint]);
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
        if (item.has_recorded) texts.recorded = batch[item.recorded];
        if (batch.lines) path_ = batch.lines->path;
        line_ = item.line;
        texts.directory = directory_of(path_);
        judge(texts, result);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::system_error& e) {
        unreadable(result, e.what(), reading_hint(e.code().value()));
    } catch (const std::exception& e) {
        unreadable(result, e.what(), "--skip leaves it out");
    }
}

void Judge::run_file(const std::string& path, bool named, Result& result) {
    if (is_companion(path)) {
        CompanionRefusal refusal = refuse_companion(path);
        return unreadable(result, std::move(refusal.problem), refusal.hint);
    }
    path_ = path;
    try {
        if (!read_unpacked(path, event_text_, options_.answer.decode.max_size))
            return unreadable(result, reason(ENOENT), named ? reading_hint(ENOENT) : gone_hint);
    } catch (const std::system_error& e) {
        return unreadable(result, reason(e.code().value()), reading_hint(e.code().value()));
    } catch (const FileTooLarge& e) {
        if (!named && is_report_file(path)) return pass_over(result, "a report of a replay");
        return unreadable(result, event_too_large(e.size(), options_.answer.decode.max_size),
                          e.hint());
    } catch (const FileProblem& e) {
        return unreadable(result, e.rule(), e.hint());
    }
    judge({event_text_, {}, directory_of(path_), named}, result);
}

void Judge::judge(Texts texts, Result& result) {
    events::Event event;
    const Golden* golden = nullptr;
    if (!decode(texts, result, event) || !select(texts, result, event, golden)) return;
    const auto shape =
        options_.as && *options_.as != events::Format::raw ? options_.as : std::nullopt;
    if (shape && !convert(event, *shape, result)) {
        result.verdict = Verdict::skipped;
        return;
    }
    if (!options_.handler) return;
    if (!golden && texts.recorded && options_.update == Update::fresh)
        golden = take_recorded(*texts.recorded, result);
    const events::Format event_format = event.format;
    result.began = Watchdog::Clock::now();
    thrown_ = nullptr;  // by an earlier event
    try {
        measure_request(event, shape ? std::string_view() : texts.event);
        serve(std::move(event));
        if (slot_.interrupted()) {
            result.verdict = Verdict::interrupted;
            return;
        }
        const bool is_http = event_format != events::Format::raw;
        if (shape || (answer_options_.encode.never_base64 && is_http))
            translate_reply(event_format);
    } catch (const BadPlaceholder& e) {
        return unreadable(result, e.what(), e.hint());
    } catch (const Error& e) {
        result.verdict = Verdict::failed;
        result.problem =
            (shape ? std::string(events::name(*shape)) + " refuses the reply: " : "") + e.what();
        result.is_unreachable = is_target_unreachable();
        result.violations = std::exchange(violations_, {});
        return note_failure(result);
    }
    result.latency = latency_;
    result.began = began_;
    result.status = reply_.status;
    result.is_unreachable = is_target_unreachable();
    if (options_.keeps_replies) {
        result.reply = reply_;
        if (is_lines_) result.expected = texts.golden.value_or("");
    }
    tell_violations(result);
    compare(texts, golden, result);
    if (result.wrote && result.verdict == Verdict::passed) result.verdict = Verdict::updated;
    if (options_.all_shapes && result.verdict != Verdict::unreadable)
        compare_shapes(texts, golden, result);
}

// Whether the event is one of those that are replayed, and its expected reply. A broken reply of
// one that is not is nobody's concern.
bool Judge::select(Texts& texts, Result& result, const events::Event& event,
                   const Golden*& golden) {
    Filter::Facts facts{event.request.method, event.request.url.path, events::name(event.format)};
    bool is_selected = options_.filter.may_match(facts);
    if (is_selected && (options_.handler || options_.filter.asks_for_reply())) {
        if (!read_golden(texts, result, golden)) return false;
        if (golden) facts.tags = golden->tags, facts.status = golden->status;
        is_selected = options_.filter.matches(facts);
    }
    if (!is_selected) result.verdict = Verdict::unselected;
    return is_selected;
}

// `golden` stays null without one, and for a broken one that is to be written anew.
bool Judge::read_golden(Texts& texts, Result& result, const Golden*& golden) {
    golden_problem_.clear();
    try {
        if (!is_lines_ && read_file(golden_path(path_), golden_text_, golden_limit))
            texts.golden = golden_text_;
    } catch (const std::system_error& e) {
        return unreadable(result, golden_path(path_) + ": " + reason(e.code().value()),
                          golden_hint),
               false;
    } catch (const FileProblem& e) {
        return unreadable(result, e.what(), golden_hint), false;
    }
    try {
        if (texts.golden) golden = &parser_.parse(*texts.golden);
    } catch (const JsonError& e) {
        golden_problem_ = golden_name() + ": " + e.what();
        if (options_.update != Update::all) return broken_golden(result), false;
    }
    return true;
}

// "create.reply.json", "calls.replies.ndjson:17"
std::string Judge::golden_name() const {
    return golden_path(path_) + (is_lines_ ? ':' + std::to_string(line_) : "");
}

void Judge::broken_golden(Result& result) const {
    unreadable(result, golden_problem_, "correct it, or have it written anew with --update all");
}

bool Judge::decode(const Texts& texts, Result& result, events::Event& event) {
    using Kind = events::Classification::Kind;
    if (texts.event.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return unreadable(result, "empty, where an event was expected",
                          "\"event new\" writes an event"),
               false;
    std::string problem;
    try {
        event = events::decode(texts.event, answer_options_.decode);
        result.repairs = event.repairs;
        // What sent it tells an event that is no HTTP request; without a word it may be anything.
        const bool doubtful = event.format == events::Format::raw && event.source.empty() &&
                              answer_options_.decode.format != events::Format::raw;
        if (!doubtful) {
            result.format = event.format;
            result.method = event.request.method;
            result.target = event.request.url.target();
            return true;
        }
    } catch (const Error& e) {
        problem = e.what();
    }
    if (!texts.named && is_report(texts.event))
        return pass_over(result, "a report of a replay"), false;
    const events::Classification found = events::classify(texts.event);
    if (found.kind == Kind::reply || found.kind == Kind::authorizer || found.kind == Kind::sample) {
        if (texts.named || is_lines_)
            unreadable(result, "not an event but " + found.what, "\"event new\" writes an event");
        else
            pass_over(result, found.what);
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
        unreadable(result, std::move(problem), event_hint(texts.event, answer_options_.decode));
    return false;
}

bool Judge::convert(events::Event& event, events::Format shape, Result& result) {
    try {
        event = reshape(event, shape);
        result.format = shape;
        return true;
    } catch (const Error& e) {
        result.problem = std::string(events::name(shape)) + " cannot carry it: " + e.what();
        return false;
    }
}

events::Event Judge::reshape(events::Event& event, events::Format shape) {
    if (!event.further.empty())
        throw Error("it has " + std::to_string(event.further.size() + 1) +
                    " payloads, and an event of that shape is one request");
    const std::string text = events::make_event(event.request, shape);
    events::DecodeOptions options = answer_options_.decode;
    options.format = shape;
    return events::decode(text, options);
}

// Several requests make one reply as JSON; that of one request is needed as a response.
events::Answer Judge::begin_answer(events::Event event, bool is_one) {
    if (!is_one) return events::answer_event(*options_.handler, std::move(event), answer_options_);
    events::Answer answer;
    reply_ =
        answer.serve(*options_.handler, std::move(event.request), event.format, answer_options_);
    return answer;
}

void Judge::serve(events::Event event) {
    using Clock = Watchdog::Clock;
    log_->take();  // whatever an earlier event left
    thrown_ = nullptr;
    refusal_.clear();
    const events::Format format = event.format;
    encode_as_ = events::encode_options(event.request, format, answer_options_.encode);
    const bool is_one = !events::reply_is_assembled(event, answer_options_);
    began_ = Clock::now();
    deadline_.reset();
    if (options_.timeout.count() > 0) deadline_ = began_ + options_.timeout;
    stop_ = slot_.begin(deadline_);
    const Serving serving(slot_);
    events::Answer answer = begin_answer(std::move(event), is_one);
    latency_ = Clock::now() - began_;
    answer.settle();
    refusal_ = answer.overflow();
    if (!is_one) reply_ = events::decode_reply(answer.reply, format);
    check_rules(format, answer, is_one);
    if (!is_one) return;
    if (auto refused = events::refusal(reply_, format, encode_as_)) {
        reply_ = *std::move(refused);
        refusal_ = reply_.body.substr(0, reply_.body.find('\n'));
    }
}

// What the source would make of the reply, after its own form.
void Judge::translate_reply(events::Format shape) {
    reply_ = events::decode_reply(events::encode(reply_, shape, encode_as_), shape);
}

// Why the reply can be nobody's wish; empty if it can.
std::string Judge::failure() const {
    if (!refusal_.empty()) return "the source of the event refuses the reply: " + refusal_;
    return is_failure(thrown_) ? "the handler failed" : "";
}

bool Judge::is_target_unreachable() const {
    return options_.is_elsewhere && is_unreachable(thrown_);
}

void Judge::compare(const Texts& texts, const Golden* golden, Result& result) {
    auto fail = [&](std::string problem) {
        result.verdict = Verdict::failed;
        if (result.problem.empty()) result.problem = std::move(problem);
        note_failure(result);
    };
    // What is not there has answered nothing, whatever is expected.
    if (result.is_unreachable) return fail("the target cannot be reached");
    if (options_.timeout.count() > 0 && latency_ > options_.timeout)
        return fail("took " + duration_text(latency_) + ", of at most " +
                    duration_text(options_.timeout));
    const auto& ranges = options_.statuses;
    const int status = reply_.status;
    if (!ranges.empty() && std::none_of(ranges.begin(), ranges.end(), [&](const auto& range) {
            return range.first <= status && status <= range.second;
        }))
        fail("status " + std::to_string(status) + " is not an expected one");
    // A reply that is wrong in any case becomes no expected one, whatever --update says.
    const bool may_write = result.verdict == Verdict::passed && failure().empty();
    const bool all = options_.update == Update::all;
    try {
        if (golden && comparer_.same(*golden, reply_, texts.directory)) return;
        if (golden) {
            if (may_write && (all || options_.update == Update::changed))
                return write_golden(golden, result);
            result.differences = comparer_.differences(*golden, reply_, texts.directory);
            if (options_.whole_bodies) comparer_.join_json(*golden, reply_, result.differences);
            for (Difference& d : result.differences)
                shorten(d.expected), shorten(d.actual);
            return fail(failure());
        }
    } catch (const JsonError& e) {
        if (all && may_write) return write_golden(golden, result);
        golden_problem_ = golden_name() + ": " + e.what();
        return broken_golden(result);
    }
    if (may_write && (all || options_.update == Update::fresh))
        return write_golden(nullptr, result);
    if (!ranges.empty() && options_.update == Update::none) return;
    if (!failure().empty()) return fail(failure());
    if (result.verdict == Verdict::passed) propose(result);
}

// The reply that came with the event becomes the expected one, and this one is compared with it.
const Golden* Judge::take_recorded(std::string_view recorded, Result& result) {
    if (!has_place_) return nullptr;
    recorded_golden_ = golden_text(events::decode_reply(recorded), options_.ignore, nullptr,
                                   {.one_line = true, .largest_inline = 65536})
                           .json;
    result.golden_line = recorded_golden_;
    result.wrote = true;
    return &parser_.parse(recorded_golden_);
}

void Judge::propose(Result& result) {
    result.problem = "no expected reply";
    if (options_.may_propose) {
        result.verdict = Verdict::fresh;
        return write_golden(nullptr, result);
    }
    result.verdict = Verdict::failed;
    result.hint = has_place_ ? "write it where CI is not set, and commit it"
                             : "a stream has no place for replies; judge it by --expect-status";
}

void Judge::write_golden(const Golden* previous, Result& result) {
    const bool proposal = result.verdict == Verdict::fresh;
    if (!has_place_) {
        result.verdict = Verdict::fresh;
        result.problem = "no expected reply, and no place for one";
        return;
    }
    result.is_proposal = proposal;
    if (!proposal) result.verdict = Verdict::updated;
    if (is_lines_) {
        result.golden_line = golden_text(reply_, options_.ignore, previous,
                                         {.one_line = true, .largest_inline = 65536})
                                 .json;
        result.wrote = true;
        return;
    }
    const std::string side = side_path(path_);
    GoldenTextOptions how;
    if (proposal)
        how.largest_inline = 65536;  // a proposal is one file
    else
        how.side_file = std::string_view(side).substr(side.rfind('/') + 1);
    GoldenText golden = golden_text(reply_, options_.ignore, previous, how);
    if (golden.side && is_foreign(side, *golden.side, previous))
        return unreadable(result, side + " is there already, and no expected reply names it",
                          "move it away, or have it overwritten with --update all");
    GoldenWrite file{path_, std::move(golden.json), std::move(golden.side), proposal};
    result.wrote = true;
    if (leaves_files_) {
        result.golden_file = std::move(file);
        return;
    }
    try {
        file.write();
    } catch (const std::system_error& e) {
        result.take_unwritten(e);
    }
}

// True for a file in the place of a body that nobody has said may be overwritten.
bool Judge::is_foreign(const std::string& side, std::string_view bytes,
                       const Golden* previous) const {
    if (options_.update == Update::all) return false;
    if (previous && previous->kind == Golden::Body::file &&
        std::string_view(side).substr(side.rfind('/') + 1) == previous->body)
        return false;
    std::string there;
    try {
        return read_file(side, there, bytes.size()) && there != bytes;
    } catch (const FileTooLarge&) {
        return true;
    }
}

void Judge::note_failure(Result& result) {
    if (!result.notes.empty()) return;
    if (thrown_) result.notes.push_back("threw: " + message_of(thrown_));
    for (std::string& line : log_->take())
        result.notes.push_back(std::move(line));
}

}  // namespace turngate::replay

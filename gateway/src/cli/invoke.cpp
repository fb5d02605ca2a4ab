#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/event_file.h"
#include "cli/event_options.h"
#include "cli/event_texts.h"
#include "cli/exit_status.h"
#include "cli/handler_log.h"
#include "cli/http_text.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/request_options.h"
#include "function_reply.h"
#include "open_target.h"
#include "replay/golden_file.h"
#include "replay/placeholders.h"
#include "replay/quantity.h"
#include "replay/thrown.h"
#include <turngate/events/answer.h>
#include <turngate/events/make_event.h>
#include <turngate/os/timer.h>

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.letter = 'e',
     .name = "event",
     .value = "FILE",
     .help = "the event to send; - for standard input",
     .kind = Value::text},
    {.letter = 't',
     .name = "target",
     .value = "HANDLER",
     .help = "where to send it",
     .kind = Value::text,
     .fallback = "self"},
    method_option,
    header_option,
    data_option,
    {.name = "as",
     .value = "SHAPE",
     .help = "send the request the way an event of this shape brings it",
     .kind = Value::choice,
     .choices = shape_names},
    {.letter = 'i', .name = "include", .help = "print the status line and the header fields too"},
    {.letter = 'f', .name = "fail", .help = "exit with 1 for a status of 400 and above"},
    {.name = "timeout",
     .value = "TIME",
     .help = "how long the handler may take; 0: for ever",
     .kind = Value::duration,
     .fallback = "30s"},
};

constexpr auto options = joined(own_options, reading_options, answering_options);

constexpr Exclusion exclusions[] = {
    {"event", "method"}, {"event", "header"}, {"event", "data"}, {"event", ""}};

constexpr std::string_view examples[] = {
    "invoke -e event.json -t plugin:./handler.so",
    "invoke '/orders?page=2' -t cgi:./program -i",
    "invoke -X PUT /orders/5 -d @order.json -t plugin:./handler.so --as apigw-v2",
};

// What stands for "for ever".
constexpr std::chrono::nanoseconds longest_time = std::chrono::hours(24 * 365);

[[noreturn]] void misuse(const std::string& message, const std::string& hint) {
    throw CommandError(exit_status::usage, message, hint);
}

// One event each, or one request each of an event with several payloads; a request that no event
// brings is one of the shape http.
struct Work {
    std::vector<events::Event> events;
    bool is_event = false;  // whose source has a word on the reply
};

// The request, put into an event and taken out again: what the shape does to it has been done.
Work reshape(Request& request, events::Format format, const std::string& origin,
             const Arguments& arguments) {
    try {
        const std::string json = events::make_event(request, format);
        events::DecodeOptions how = decode_options(arguments);
        how.format = format;
        Work work{{}, true};
        work.events.push_back(events::decode(json, how));
        return work;
    } catch (const Error& e) {
        throw CommandError(exit_status::unreadable,
                           origin + ": " + std::string(events::name(format)) + ": " + e.what(),
                           "\"event list\" says what each shape carries");
    }
}

Work described_request(const Arguments& arguments) {
    if (arguments.operands().empty() && !arguments.given("method") && !arguments.given("data") &&
        !arguments.given("header"))
        misuse("invoke needs an event or a PATH", "write invoke -e FILE, or invoke /path");
    std::string path = arguments.operands().empty() ? "/" : arguments.operands()[0];
    Request request = make_request(arguments, path);
    if (arguments.given("as"))
        return reshape(request, shape_named(arguments.text("as")), "the request", arguments);
    if (!request.headers.contains("Host")) request.headers.add("Host", "localhost");
    Work work;
    work.events.push_back({events::Format::http, std::move(request)});
    return work;
}

// The event of a file; of one with an event a line, the one that `path` names.
events::Event read_one(const std::string& path, const events::DecodeOptions& how, Output& err) {
    const auto colon = path.rfind(':');
    if (!replay::has_event_lines(path.substr(0, colon))) return read_event(path, how, err);
    EventTexts events(path);
    std::string name, text, other;
    if (!events.next(name, text))
        throw CommandError(exit_status::unreadable, path + ": there is no event in it",
                           "name a file that has one; \"event new\" writes one");
    if (events.next(other, text))
        throw CommandError(exit_status::usage, path + ": has several events",
                           "name one by its line, as " + name);
    return decode_event(text, name, how, err);
}

Work read_work(const Arguments& arguments, Output& err) {
    for (const char* name : {"method", "header", "data"})
        if (arguments.given(name))
            misuse(std::string("--event and --") + name + " cannot be used together",
                   "the event says it all; \"event new\" writes one");
    if (!arguments.operands().empty())
        misuse("--event and a PATH cannot be used together",
               "the event says it all; \"event new\" writes one");
    const std::string path(arguments.text("event"));
    events::Event event = read_one(path, decode_options(arguments), err);
    std::vector<Request> further = std::exchange(event.further, {});
    if (arguments.given("as")) {
        if (!further.empty())
            throw CommandError(exit_status::unreadable,
                               display_name(path) +
                                   ": has several payloads, and an event of shape " +
                                   std::string(arguments.text("as")) + " is one request",
                               "leave --as out");
        return reshape(event.request, shape_named(arguments.text("as")), display_name(path),
                       arguments);
    }
    Work work{{}, true};
    const events::Format format = event.format;
    work.events.push_back(std::move(event));
    for (Request& request : further)
        work.events.push_back({format, std::move(request)});
    return work;
}

int failed(Invocation& invocation, const std::string& problem, std::string hint = {}) {
    return show(invocation.err, CommandError(exit_status::wrong_answer, problem, std::move(hint)));
}

// One reply: how it came to be, and what is told about it.
class Call {
  public:
    Call(Invocation& invocation, bool is_event)
        : invocation_(invocation), is_event_(is_event), log_(invocation) {
        const auto time = std::min<std::chrono::nanoseconds>(
            invocation.arguments.duration("timeout"), longest_time);
        limit_ = time.count() > 0 ? time : longest_time;
        deadline_ = begin_ + limit_;
        how_ = answer_options(invocation.arguments);
        how_.prepare = [this](Request& request) {
            request.context.reporter = &log_;
            request.context.deadline = deadline_;
            request.context.stop = stop_.get_token();
            request.context.put(FunctionFailureWanted{});
            if (is_event_) replay::fill_in(request, invocation_.environment);
        };
        how_.served = [this](const Request&, const Outcome& outcome) {
            if (!outcome_.error) outcome_ = outcome;
        };
    }

    // Returns the exit status.
    int run(const Handler& handler, events::Event event) {
        Timer timer;
        const Timer::Alarm alarm = timer.request_stop_at(deadline_, stop_);
        events::Answer answer;
        Response response;
        try {
            response = serve(handler, std::move(event), answer);
        } catch (const events::InvocationError& e) {
            refusal_ = e.what();
        } catch (const replay::BadPlaceholder& e) {
            throw CommandError(
                exit_status::unreadable,
                display_name(std::string(invocation_.arguments.text("event"))) + ": " + e.what(),
                e.hint());
        }
        took_ = Context::Clock::now() - begin_;
        if (outcome_.error) log_.forget_last(replay::message_of(outcome_.error));
        log_.say_last();
        const int status = tell(response);
        answer.settle();
        log_.say_last();
        return status;
    }

  private:
    Response serve(const Handler& handler, events::Event event, events::Answer& answer) {
        const events::Format format = event.format;
        if (events::reply_is_assembled(event, how_)) {
            const std::string reply = events::answer(handler, std::move(event), how_);
            outcome_.complete = true;
            return events::decode_reply(reply, format);
        }
        how_.encode = events::encode_options(event.request, format, how_.encode);
        Response response = answer.serve(handler, std::move(event.request), format, how_);
        refusal_ = answer.overflow();
        if (!is_event_ || !refusal_.empty() || !outcome_.complete) return response;
        if (auto refused = events::refusal(response, format, how_.encode)) {
            refusal_ = refused->body.substr(0, refused->body.find('\n'));
            return *std::move(refused);
        }
        if (how_.encode.never_base64 && format != events::Format::raw)
            return events::decode_reply(events::encode(response, format, how_.encode), format);
        return response;
    }

    CommandError unreachable(std::string_view target) const {
        const bool is_function = target.starts_with("lambda:");
        return {exit_status::no_target,
                "the target cannot be " + std::string(is_function ? "started: " : "reached: ") +
                    replay::message_of(outcome_.error),
                is_function ? "its log tells why; ?init-timeout=TIME gives it longer"
                            : "start it, or name another by -t"};
    }

    int tell(const Response& response) {
        const Arguments& arguments = invocation_.arguments;
        if (replay::is_unreachable(outcome_.error) && is_elsewhere(arguments.text("target")))
            return show(invocation_.err, unreachable(arguments.text("target")));
        int status = exit_status::good;
        const bool late = took_ > limit_;
        if (late)
            status = failed(invocation_,
                            "the handler took " + replay::duration_text(took_) + ", of at most " +
                                replay::duration_text(limit_),
                            "--timeout gives it longer");
        if (late && outcome_.error) return status;  // what it made of that is no answer
        if (!outcome_.complete && refusal_.empty())
            status = failed(invocation_,
                            "the handler broke off: " +
                                (outcome_.error ? replay::message_of(outcome_.error) : "no reply"));
        else if (refusal_.empty() && replay::is_failure(outcome_.error))
            status =
                failed(invocation_, "the handler failed: " + replay::message_of(outcome_.error));
        if (outcome_.complete || !refusal_.empty()) {
            if (arguments.on("include")) invocation_.out.write(head_text(response));
            write_body(response.body, invocation_.out, invocation_.err);
            invocation_.out.flush();
            if (arguments.on("fail") && response.status >= 400) status = exit_status::wrong_answer;
        }
        if (!refusal_.empty())
            status = failed(invocation_, "the source of the event refuses the reply: " + refusal_);
        return status;
    }

    Invocation& invocation_;
    bool is_event_;
    HandlerLog log_;
    Context::Clock::time_point begin_ = Context::Clock::now();
    Context::Clock::time_point deadline_;
    std::chrono::nanoseconds limit_{};
    std::chrono::nanoseconds took_{};
    std::stop_source stop_;
    events::AnswerOptions how_;
    Outcome outcome_;
    std::string refusal_;  // why the source would not take the reply
};

int invoke(Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    Work work = arguments.given("event") ? read_work(arguments, invocation.err)
                                         : described_request(arguments);
    HandlerPtr handler =
        open_target(arguments.text("target"), invocation.self, with_flags(invocation));
    int status = exit_status::good;
    for (events::Event& event : work.events)
        status = std::max(status, Call(invocation, work.is_event).run(*handler, std::move(event)));
    return status;
}

}  // namespace

const Command invoke_command = {
    .name = "invoke",
    .operands = "[PATH]",
    .summary = "send one event or request to a handler and print its reply",
    .description =
        "The body of the reply goes to standard output, everything else to standard "
        "error. The exit status is 0 for any answer that the handler gives, 1 if it "
        "fails, 3 for an event that cannot be read, 4 if the target cannot be opened or reached.",
    .options = options,
    .exclusions = exclusions,
    .examples = examples,
    .most_operands = 1,
    .run = invoke,
};

}  // namespace turngate::cli

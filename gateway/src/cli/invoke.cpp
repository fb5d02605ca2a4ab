#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/event_file.h"
#include "cli/exit_status.h"
#include "cli/http_text.h"
#include "cli/invocation.h"
#include "cli/request_options.h"
#include "open_target.h"
#include <turngate/events/answer.h>
#include <turngate/events/make_event.h>
#include <turngate/os/timer.h>

namespace turngate::cli {
namespace {

constexpr Option options[] = {
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
    lenient_option,
};

constexpr std::string_view examples[] = {
    "invoke -e event.json -t plugin:./handler.so",
    "invoke '/orders?page=2' -t cgi:./program -i",
    "invoke -X PUT /orders/5 -d @order.json -t plugin:./handler.so --as apigw-v2",
};

// What the handler says while it works, on standard error.
class Log final : public Reporter {
  public:
    explicit Log(Invocation& invocation) : err_(invocation.err), least_(least(invocation)) {}

    void began(const Context&) override {}
    void logged(const Context&, Level level, std::string_view message) override {
        constexpr std::string_view names[] = {"debug", "info", "warning", "error", "fatal"};
        if (level < least_) return;
        say_last();
        last_ = message;
        last_line_ = names[static_cast<std::size_t>(level)];
        last_line_.append(": ").append(message) += '\n';
        if (level < Level::error) say_last();
    }
    // The last error, which waits because it may be what the handler threw: that is told once.
    void say_last() { err_.write(std::exchange(last_line_, {})); }
    void forget_last(std::string_view message) {
        if (last_ == message) last_line_.clear();
    }

    void printed(const Context&, Stream, std::string_view text) override { err_.write(text); }
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}

  private:
    static Level least(const Invocation& invocation) {
        if (invocation.verbosity > 1) return Level::debug;
        return invocation.verbosity == 1 ? Level::info : Level::warn;
    }

    Output& err_;
    Level least_;
    std::string last_;
    std::string last_line_;
};

[[noreturn]] void misuse(const std::string& message, const std::string& hint) {
    throw CommandError(exit_status::usage, message, hint);
}

// What stands for "for ever".
constexpr std::chrono::nanoseconds longest_time = std::chrono::hours(24 * 365);

struct Work {
    std::vector<Request> requests;
    std::optional<events::Format> format;  // of the event that brings them
};

// The request, put into an event and taken out again: what the shape does to it has been done.
Work reshape(Request& request, events::Format format, const std::string& origin) {
    try {
        const std::string json = events::make_event(request, format);
        events::Event event = events::decode(json, format);
        Work work{{}, format};
        work.requests.push_back(std::move(event.request));
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
        return reshape(request, shape_named(arguments.text("as")), "the request");
    if (!request.headers.contains("Host")) request.headers.add("Host", "localhost");
    Work work;
    work.requests.push_back(std::move(request));
    return work;
}

Work event_request(const Arguments& arguments, Output& err) {
    for (const char* name : {"method", "header", "data"})
        if (arguments.given(name))
            misuse(std::string("--event and --") + name + " cannot be used together",
                   "the event says it all; \"event new\" writes one");
    if (!arguments.operands().empty())
        misuse("--event and a PATH cannot be used together",
               "the event says it all; \"event new\" writes one");
    const std::string path(arguments.text("event"));
    events::Event event = read_event(path, arguments.on("lenient"), err);
    if (arguments.given("as")) {
        if (!event.further.empty())
            throw CommandError(exit_status::unreadable,
                               display_name(path) +
                                   ": has several payloads, and an event of shape " +
                                   std::string(arguments.text("as")) + " is one request",
                               "leave --as out");
        return reshape(event.request, shape_named(arguments.text("as")), display_name(path));
    }
    Work work{{}, event.format};
    work.requests.push_back(std::move(event.request));
    for (Request& request : event.further)
        work.requests.push_back(std::move(request));
    return work;
}

std::string what(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "it threw something that is no exception";
    }
}

// A 4xx that the handler threw is an answer like any other; everything else it throws is a failure.
bool is_answer(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const HttpError& e) {
        return e.status() < 500;
    } catch (...) {
        return false;
    }
}

int failed(Invocation& invocation, const std::string& problem) {
    return show(invocation.err, CommandError(exit_status::wrong_answer, problem));
}

// What its source makes of the reply: one that it refuses is replaced by the 413 it would show.
// Returns why, or nothing.
std::string deliver(Response& response, std::optional<events::Format> format,
                    const events::EncodeOptions& how) {
    if (!format) return {};
    try {
        auto refused = events::refusal(response, *format, how);
        if (!refused) return {};
        response = *std::move(refused);
        return response.body.substr(0, response.body.find('\n'));
    } catch (const events::InvocationError& e) {
        return e.what();
    }
}

int serve_one(const Handler& handler, Request& request, const Work& work, Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    Log log(invocation);
    Timer timer;
    std::stop_source stop;
    const auto time =
        std::min<std::chrono::nanoseconds>(arguments.duration("timeout"), longest_time);
    const auto deadline = Context::Clock::now() + (time.count() > 0 ? time : longest_time);
    const Timer::Alarm alarm = timer.request_stop_at(deadline, stop);
    request.context.reporter = &log;
    request.context.deadline = deadline;
    request.context.stop = stop.get_token();
    const auto format = work.format.value_or(events::Format::http);
    Outcome outcome;
    events::AnswerOptions how;
    how.encode = events::encode_options(request, format, {});
    how.served = [&](const Request&, const Outcome& ended) { outcome = ended; };
    events::Answer answer;  // runs deferred tasks at the end
    Response response;
    std::string refusal;
    try {
        response = answer.serve(handler, std::move(request), format, how);
        refusal = answer.overflow();
    } catch (const events::InvocationError& e) {
        refusal = e.what();
    }
    if (outcome.error) log.forget_last(what(outcome.error));
    log.say_last();
    int status = exit_status::good;
    if (!outcome.complete && refusal.empty())
        status = failed(invocation, "the handler broke off: " +
                                        (outcome.error ? what(outcome.error) : "no reply"));
    else if (outcome.error && refusal.empty() && !is_answer(outcome.error))
        status = failed(invocation, "the handler failed: " + what(outcome.error));
    if (outcome.complete || !refusal.empty()) {
        if (refusal.empty()) refusal = deliver(response, work.format, how.encode);
        if (arguments.on("include")) invocation.out.write(head_text(response));
        write_body(response.body, invocation.out, invocation.err);
        invocation.out.flush();
        if (arguments.on("fail") && response.status >= 400) status = exit_status::wrong_answer;
    }
    if (!refusal.empty())
        status = failed(invocation, "the source of the event refuses the reply: " + refusal);
    answer.settle();
    log.say_last();
    return status;
}

int invoke(Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    Work work = arguments.given("event") ? event_request(arguments, invocation.err)
                                         : described_request(arguments);
    HandlerPtr handler = open_target(arguments.text("target"), invocation.self);
    int status = exit_status::good;
    for (Request& request : work.requests)
        status = std::max(status, serve_one(*handler, request, work, invocation));
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
        "fails, 3 for an event that cannot be read, 4 if the target cannot be opened.",
    .options = options,
    .examples = examples,
    .most_operands = 1,
    .run = invoke,
};

}  // namespace turngate::cli

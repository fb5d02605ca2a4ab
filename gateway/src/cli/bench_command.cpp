// turngate bench: saved events through a handler, as many as it takes.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "bench/bench_report.h"
#include "bench/measure.h"
#include "cli/commands.h"
#include "cli/event_options.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/pace_options.h"
#include "cli/value.h"
#include "cli/words.h"
#include "open_target.h"
#include "replay/golden_file.h"
#include "replay/judge.h"
#include "replay/limits.h"
#include "replay/progress.h"
#include "replay/source.h"
#include "replay/watchdog.h"

namespace turngate::cli {
namespace {

constexpr std::uint64_t default_events = 1000;

constexpr Option own_options[] = {
    target_option,
    {.letter = 'n',
     .name = "limit",
     .value = "N",
     .help = "send N events; without -z, 1000",
     .kind = Value::number,
     .minimum = 1},
    {.letter = 'z',
     .name = "duration",
     .value = "TIME",
     .help = "send events for that long",
     .kind = Value::duration,
     .valid = [](std::string_view value) { return parse_duration(value)->count() > 0; },
     .rule = "a time that is more than none"},
    {.letter = 'c',
     .name = "concurrency",
     .value = "N",
     .help = "events at a time",
     .kind = Value::number,
     .fallback = "1",
     .minimum = 1,
     .maximum = 1024},
    rate_option,
    {.name = "warmup",
     .value = "N",
     .help = "send N events before anything is measured",
     .kind = Value::number,
     .fallback = "0"},
    timeout_option,
    {.name = "format",
     .value = "FORMAT",
     .help = "what standard output gets: text or json",
     .kind = Value::choice,
     .fallback = "text",
     .choices = words<"text", "json">},
};

constexpr auto options = joined(own_options, reading_options, answering_options);

constexpr Exclusion exclusions[] = {{"limit", "duration"}};

constexpr std::string_view examples[] = {
    "bench events/ -t plugin:./build/app.so -z 10s -c 4",
    "bench events/orders/create.json -t fcgi:unix:/run/app.sock -r 500/s -z 1m",
};

std::string read_event(const std::string& path) {
    std::string text;
    if (!replay::read_unpacked(path, text, replay::event_limit))
        throw CommandError(exit_status::unreadable, path + ": it has gone",
                           "leave events alone while they are read");
    return text;
}

// Whether every placeholder has a variable, and a value that can stand there, is known before the
// first event is sent.
void check_placeholders(const std::string& name, const std::string& text, const bench::Load& load) {
    try {
        events::Event event = events::decode(text, load.answer.decode);
        replay::fill_in(event.request, load.variables);
        for (Request& request : event.further)
            replay::fill_in(request, load.variables);
    } catch (const replay::BadPlaceholder& e) {
        throw CommandError(exit_status::unreadable, name + ": " + e.what(), e.hint());
    }
}

// What is no event is passed over where a replay would, and refused where it would refuse it.
std::vector<std::string> read_events(const Invocation& invocation, const bench::Load& load,
                                     const replay::Interrupt& interrupt) {
    replay::JudgeOptions looking;
    looking.answer = load.answer;
    replay::Watchdog watchdog({}, interrupt);
    replay::Judge judge(looking, watchdog.add_slot(), true);
    replay::Source source(invocation.arguments.operands(), {}, interrupt.fd(),
                          replay::Source::Reading::events);
    std::vector<std::string> events;
    replay::Result result;
    for (replay::Batch batch; source.fill(batch, 64);)
        for (const replay::Item& item : batch.items) {
            judge.run(batch, item, result);
            if (result.verdict == replay::Verdict::skipped) continue;
            if (result.verdict == replay::Verdict::unreadable)
                throw CommandError(exit_status::unreadable, result.name + ": " + result.problem,
                                   result.hint);
            events.push_back(item.kind == replay::Item::Kind::text ? std::string(batch[item.event])
                                                                   : read_event(result.name));
            check_placeholders(result.name, events.back(), load);
        }
    if (events.empty() && interrupt.signal() == 0)
        throw CommandError(exit_status::nothing_to_do, "there is no event to send",
                           "name files, or directories with *.json or *.ndjson files");
    return events;
}

int run_bench(Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    if (arguments.given("limit") && arguments.given("duration"))
        throw CommandError(exit_status::usage, "-n and -z cannot be together: a run has one end",
                           "drop one of them, and stop a run by Ctrl-C");
    bench::Load load;
    load.answer = answer_options(arguments);
    load.variables = invocation.environment;
    load.concurrency = static_cast<unsigned>(arguments.number("concurrency"));
    if (arguments.given("rate")) load.rate = *parse_rate(arguments.text("rate"));
    load.timeout = bounded_duration(arguments, "timeout");
    load.is_elsewhere = is_elsewhere(arguments.text("target"));
    load.handler = open_target(arguments.text("target"), invocation.self, with_flags(invocation));

    const replay::Interrupt interrupt;
    load.events = read_events(invocation, load, interrupt);
    const auto quietly = [](std::uint64_t, std::uint64_t) {};
    if (const auto warmup = static_cast<std::uint64_t>(arguments.number("warmup")); warmup > 0) {
        bench::Load first = load;
        first.rate = 0;
        first.limit = warmup;
        bench::measure(first, interrupt, quietly);
    }
    if (arguments.given("duration"))
        load.duration = bounded_duration(arguments, "duration");
    else
        load.limit = arguments.given("limit")
                         ? static_cast<std::uint64_t>(arguments.number("limit"))
                         : default_events;

    const bool is_text = arguments.text("format") == "text";
    replay::Progress bar(invocation.err, [&] { return load.limit; });
    replay::Summary so_far;
    bench::Measured measured;
    const auto show = [&](std::uint64_t events, std::uint64_t errors) {
        so_far.events = events;
        so_far.failed = errors;
        bar.update(so_far);
    };
    const bool shows_progress =
        is_text && invocation.verbosity >= 0 && invocation.err.terminal().is_terminal;
    if (interrupt.signal() == 0 && shows_progress)
        measured = bench::measure(load, interrupt, show);
    else if (interrupt.signal() == 0)
        measured = bench::measure(load, interrupt, quietly);
    else
        measured.signal = interrupt.signal();
    bar.clear();
    invocation.out.write(
        is_text ? bench::bench_text(measured, load.concurrency, invocation.out.terminal())
                : bench::bench_json(measured, load.concurrency));
    return measured.exit_status();
}

}  // namespace

const Command bench_command = {
    .name = "bench",
    .operands = "FILE|DIR|GLOB|-...",
    .summary = "send saved events to a handler again and again, and measure",
    .description =
        "The events, which are named as for replay, are read before and sent in turn; their "
        "replies are not compared. With --rate an event is due at a fixed moment, whenever the "
        "answers come, and latencies are told from that moment, too: what a handler that stalls "
        "makes others wait is in them.\n\n"
        "Exit status: 0 all answered; 1 there were errors: the handler failed, was too late, or "
        "gave what is no reply to the event; 3 an event cannot be read; 4 the target cannot be "
        "started or reached; 5 there was no event; 130 Ctrl-C, and what was measured until then is "
        "told.",
    .options = options,
    .exclusions = exclusions,
    .examples = examples,
    .least_operands = 1,
    .run = run_bench,
};

}  // namespace turngate::cli

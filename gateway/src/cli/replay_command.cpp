// turngate replay: saved events through a handler, and the replies compared.
#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/diff_tool.h"
#include "cli/event_options.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/pace_options.h"
#include "cli/replay_watched.h"
#include "cli/report_file.h"
#include "cli/report_formats.h"
#include "cli/request_options.h"
#include "cli/strict_options.h"
#include "cli/words.h"
#include "open_target.h"
#include "replay/glob.h"
#include "replay/printable.h"
#include "replay/progress.h"
#include "replay/runner.h"
#include "replay/saved_replies.h"
#include "replay/tally.h"

namespace turngate::cli {
namespace {

using Words = std::vector<std::string_view>;

bool is_pointer(std::string_view value) {
    try {
        replay::IgnoreRules().add_pointer(value);
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

// "200-399,404"
std::vector<std::pair<int, int>> status_ranges(std::string_view text) {
    std::vector<std::pair<int, int>> out;
    for (;;) {
        const auto comma = text.find(',');
        const std::string_view one = text.substr(0, comma);
        const char* end = one.data() + one.size();
        int first = 0;
        auto parsed = std::from_chars(one.data(), end, first);
        int last = first;
        if (parsed.ec == std::errc{} && parsed.ptr != end && *parsed.ptr == '-')
            parsed = std::from_chars(parsed.ptr + 1, end, last);
        if (parsed.ec != std::errc{} || parsed.ptr != end || first < 100 || last > 999 ||
            last < first)
            return {};
        out.emplace_back(first, last);
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

Words shapes() {
    Words out = shape_names();
    out.insert(out.begin(), "all");
    return out;
}

constexpr Option own_options[] = {
    target_option,
    {.name = "as",
     .value = "SHAPE",
     .help = "convert each event to SHAPE first; all: every shape must give the same reply",
     .kind = Value::choice,
     .choices = shapes},
    {.letter = 'j',
     .name = "jobs",
     .value = "N",
     .help = "events at a time; 0: as many as there are cores",
     .kind = Value::number,
     .fallback = "1",
     .maximum = 1024},
    {.name = "only",
     .value = "GLOB",
     .help = "replay only the files that match",
     .kind = Value::text,
     .repeatable = true},
    {.name = "skip",
     .value = "GLOB",
     .help = "leave out the files that match",
     .kind = Value::text,
     .repeatable = true},
    {.letter = 'u',
     .name = "update",
     .value = "WHICH",
     .help = "which expected replies are written: none, new, changed or all; with none, missing "
             "ones are proposed as .new files",
     .kind = Value::choice,
     .fallback = "none",
     .choices = words<"none", "new", "changed", "all">},
    {.name = "ignore",
     .value = "POINTER",
     .help = "leave a value out of the comparison: /body/json/id, /headers/etag, /status",
     .kind = Value::text,
     .valid = is_pointer,
     .rule = "a JSON pointer, which begins with '/'",
     .repeatable = true},
    {.name = "ignore-header",
     .value = "NAME",
     .help = "leave a header out of the comparison, besides date, server-timing and "
             "the ids of AWS: x-amzn-requestid, x-amzn-trace-id, apigw-requestid, x-amz-apigw-id",
     .kind = Value::text,
     .repeatable = true},
    {.name = "expect-status",
     .value = "RANGE",
     .help = "fail replies of other statuses; events need no expected reply then",
     .kind = Value::text,
     .valid = [](std::string_view value) { return !status_ranges(value).empty(); },
     .rule = "statuses such as 200-399,404"},
    timeout_option,
    {.name = "fail-fast",
     .value = "N",
     .help = "stop after N failures (1)",
     .kind = Value::number,
     .minimum = 1,
     .optional = true},
    {.name = "diff",
     .value = "STYLE",
     .help = "how differences are shown: auto, fields, unified, side or none",
     .kind = Value::choice,
     .fallback = "auto",
     .choices = words<"auto", "fields", "unified", "side", "none">},
    {.name = "format",
     .value = "FORMAT",
     .help = "what standard output gets: text, json, ndjson, junit, tap, md or github",
     .kind = Value::choice,
     .fallback = "text",
     .choices = report_formats},
    {.name = "report",
     .value = "FORMAT=FILE",
     .help = "write a report to FILE as well; with - as FILE, to standard output in place of the "
             "text",
     .kind = Value::text,
     .valid = is_report_option,
     .rule = report_rule,
     .repeatable = true},
};

constexpr auto options =
    joined(own_options, strict_options, control_options, reading_options, answering_options);

constexpr std::string_view examples[] = {
    "replay events/ -t cgi:./build/app",
    "replay events/orders/create.json --update all",
    "replay calls.ndjson:17",
    "replay events/ --as all -j0 --report junit=replay.xml",
    "replay events/ -t fcgi:unix:/run/app.sock --rate 200/s --repeat 10",
    "replay events/ --filter 'method=POST !tag=slow' --strict apigw-v2",
};

replay::DiffStyle diff_style(std::string_view name) {
    using enum replay::DiffStyle;
    return name == "fields"    ? fields
           : name == "unified" ? unified
           : name == "side"    ? side
           : name == "none"    ? none
                               : automatic;
}

// The words that repeat one event as this run replayed it: whatever was given that can matter to
// it alone.
std::string rerun_words(const Arguments& arguments) {
    std::string out;
    for (const Option& option : options) {
        constexpr std::string_view others[] = {
            "jobs",       "filter", "only",      "skip", "update", "fail-fast", "diff",
            "format",     "report", "rate",      "pace", "repeat", "limit",     "shuffle",
            "time-limit", "save",   "diff-tool", "list", "watch"};
        if (!arguments.given(option.name) ||
            std::find(std::begin(others), std::end(others), option.name) != std::end(others))
            continue;
        const std::string flag = option.name == "target" ? "-t" : "--" + std::string(option.name);
        if (option.kind == Value::none) {
            if (arguments.on(option.name)) out += ' ' + flag;
            continue;
        }
        for (const std::string& value : arguments.all(option.name))
            out += ' ' + flag + ' ' + replay::shell_word(value);
    }
    return out;
}

// How the user began the command line.
std::string program_words(const Invocation& invocation) {
    std::string out = replay::shell_word(invocation.program);
    if (invocation.arguments.given("directory"))
        out += " -C " + replay::shell_word(invocation.arguments.text("directory"));
    return out;
}

bool runs_in_ci(const Environment& environment) {
    const std::string value = environment("CI").value_or("");
    return !value.empty() && value != "0" && value != "false";
}

std::string diff_tool(const Invocation& invocation) {
    if (invocation.arguments.given("diff-tool"))
        return std::string(invocation.arguments.text("diff-tool"));
    return invocation.environment("TURNGATE_DIFF_TOOL").value_or("");
}

replay::JudgeOptions judge_options(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    replay::JudgeOptions judge;
    judge.answer = answer_options(arguments);
    const std::string_view update = arguments.text("update");
    judge.update = update == "new"       ? replay::Update::fresh
                   : update == "changed" ? replay::Update::changed
                   : update == "all"     ? replay::Update::all
                                         : replay::Update::none;
    judge.may_propose = !runs_in_ci(invocation.environment);
    if (!judge.may_propose && judge.update != replay::Update::none)
        throw CommandError(exit_status::usage,
                           "--update " + std::string(update) + " is refused where CI is set",
                           "update expected replies on your own machine and commit them");
    const auto& inputs = arguments.operands();
    if (judge.update != replay::Update::none &&
        std::find(inputs.begin(), inputs.end(), "-") != inputs.end())
        throw CommandError(
            exit_status::usage,
            "--update " + std::string(update) +
                " cannot be used with standard input, which has no place for replies",
            "save the events to a file first");
    judge.all_shapes = arguments.text("as") == "all";
    if (!judge.all_shapes && arguments.given("as"))
        judge.as = events::format_named(arguments.text("as"));
    judge.ignore = replay::IgnoreRules::defaults();
    for (const std::string& name : arguments.all("ignore-header"))
        judge.ignore.add_header(name);
    for (const std::string& pointer : arguments.all("ignore"))
        judge.ignore.add_pointer(pointer);
    if (arguments.given("expect-status"))
        judge.statuses = status_ranges(arguments.text("expect-status"));
    judge.timeout = bounded_duration(arguments, "timeout");
    const auto style = diff_style(arguments.text("diff"));
    judge.whole_bodies = style == replay::DiffStyle::unified || style == replay::DiffStyle::side;
    judge.keeps_replies = arguments.given("save") || !diff_tool(invocation).empty();
    add_checks(arguments, judge);
    judge.variables = invocation.environment;
    judge.is_elsewhere = is_elsewhere(arguments.text("target"));
    if (!arguments.on("list"))
        judge.handler =
            open_target(arguments.text("target"), invocation.self, with_flags(invocation));
    return judge;
}

CommandError nothing_to_do(const Arguments& arguments, const replay::Summary& summary) {
    constexpr int status = exit_status::nothing_to_do;
    if (summary.unselected > 0)
        return {
            status,
            "no event was selected: --filter matches none of " + std::to_string(summary.unselected),
            "tag and status are those of the expected reply; the other terms are shown by "
            "turngate event show"};
    if (summary.skipped > 0)
        return {status,
                "no event was replayed: " + std::to_string(summary.skipped) +
                    (summary.skipped == 1 ? " was skipped" : " were skipped"),
                "-v says why"};
    return {status, "no event was selected",
            arguments.given("only") || arguments.given("skip")
                ? "look at --only and --skip: a GLOB without '/' matches file names"
                : "name files, or directories with *.json or *.ndjson files"};
}

// What the environment and files ask for is for runs, and passed over.
void refuse_reports_of_list(const Arguments& arguments) {
    for (const std::string name : {"format", "report", "save"}) {
        if (arguments.source(name) != Arguments::Source::flag) continue;
        const bool is_format = name == "format";
        if (is_format && arguments.text(name) == "text") continue;
        throw CommandError(exit_status::usage,
                           "--list and --" + name +
                               (is_format ? ' ' + std::string(arguments.text(name)) : "") +
                               " cannot be together: nothing is replayed, so there is nothing to "
                               "report",
                           "drop one of them");
    }
}

int run_replay(Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    if (arguments.on("watch")) return replay_watched(invocation);
    const bool lists = arguments.on("list");
    if (lists) refuse_reports_of_list(arguments);

    replay::RunOptions run = run_options(arguments);
    const replay::JudgeOptions judge = judge_options(invocation);
    const RequestedReports wanted = lists ? RequestedReports{} : requested_reports(arguments);
    const replay::Selection selection{arguments.all("only"), arguments.all("skip"),
                                      written_files(wanted.paths)};
    check_reports(wanted.paths);

    replay::TextReportOptions text{.verbosity = invocation.verbosity,
                                   .diff = diff_style(arguments.text("diff")),
                                   .program = program_words(invocation),
                                   .rerun = rerun_words(arguments)};
    // A large file is read a second time only for a bar that somebody sees.
    replay::Tally tally(arguments.operands(), selection, invocation.err.terminal().is_terminal);
    const auto begin = std::chrono::steady_clock::now();
    // What is over at once needs no counting.
    replay::Progress progress(invocation.err, [&] {
        if (std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(200))
            tally.start();
        return total_events(arguments, tally.total());
    });
    const bool shows_progress = invocation.verbosity >= 0 && !lists &&
                                wanted.standard_output == "text" &&
                                !runs_in_ci(invocation.environment);

    std::vector<std::unique_ptr<replay::Report>> owned;
    owned.push_back(clearing(progress, invocation.verbosity));
    owned.push_back(lists ? replay::list_report(invocation.out, invocation.verbosity)
                          : make_report(wanted.standard_output, invocation.out, text));
    if (!lists && arguments.given("save"))
        owned.push_back(
            std::make_unique<replay::SavedReplies>(std::string(arguments.text("save"))));
    const std::string tool = lists ? "" : diff_tool(invocation);
    DiffTool* differ = nullptr;
    if (!tool.empty()) {
        auto owned_differ = std::make_unique<DiffTool>(tool, judge.ignore);
        differ = owned_differ.get();
        owned.push_back(std::move(owned_differ));
    }
    for (std::size_t i = 0; i < wanted.paths.size(); ++i)
        owned.push_back(std::make_unique<ReportFile>(wanted.paths[i], [&](Output& out) {
            return make_report(wanted.formats[i], out, text);
        }));
    std::vector<replay::Report*> reports;
    reports.reserve(owned.size());
    for (const auto& report : owned)
        reports.push_back(report.get());

    if (arguments.given("fail-fast")) {
        const std::string_view count = arguments.text("fail-fast");
        run.fail_fast =
            count.empty() ? 1 : static_cast<std::uint64_t>(arguments.number("fail-fast"));
    }
    if (shows_progress)
        run.progress = [&](const replay::Summary& summary) { progress.update(summary); };

    const replay::Interrupt interrupt;
    const auto items =
        items_of(arguments, selection, run, judge.answer.decode.max_size, interrupt.fd());
    const replay::Summary summary = replay::run(*items, judge, run, reports, interrupt);
    if (differ && summary.signal == 0)
        if (const int signal = differ->show(arguments.text("format") != "text", interrupt))
            return 128 + signal;
    const int status = summary.exit_status();
    if (status == exit_status::nothing_to_do) throw nothing_to_do(arguments, summary);
    return status;
}

}  // namespace

const Command replay_command = {
    .name = "replay",
    .operands = "FILE|DIR|GLOB|-...",
    .summary = "replay saved events through a handler and compare the replies",
    .description =
        "Each FILE is one event of any shape; in a .ndjson or .jsonl file each line is one, in a "
        ".har file each entry, and FILE.ndjson:17 is line 17. DIR is searched for .json, .ndjson, "
        ".jsonl and .har files, and for those with .gz behind it. \"-\" is standard input.\n\n"
        "The expected reply of NAME.json is in NAME.reply.json, those of NAME.ndjson are line by "
        "line in NAME.replies.ndjson, and likewise for .jsonl. A missing one is proposed as a file "
        "with .new at its end; "
        "turngate accept makes it the expected one.\n\n"
        "Exit status: 0 all good; 1 a reply is not as expected; 3 an event or an expected reply "
        "cannot be read; 4 the target cannot be started or reached; 5 there was no event; 124 "
        "--time-limit.",
    .options = options,
    .exclusions = control_exclusions,
    .examples = examples,
    .least_operands = 1,
    .operand_key = "events",
    .run = run_replay,
};

}  // namespace turngate::cli

#include "cli/commands.h"
#include "cli/event_file.h"
#include "cli/event_options.h"
#include "cli/event_texts.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/request_options.h"
#include <turngate/events/make_event.h>

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "as",
     .value = "SHAPE",
     .help = "the shape to convert to",
     .kind = Value::choice,
     .choices = shape_names},
};

constexpr auto options = joined(own_options, reading_options);

constexpr std::string_view examples[] = {
    "event convert --as alb event.json",
    "event convert --as apigw-v2 - < event.json",
};

std::string convert(const std::string& name, std::string_view text, events::Format format,
                    Invocation& invocation) {
    events::Event event =
        decode_event(text, name, decode_options(invocation.arguments), invocation.err);
    try {
        if (!event.further.empty())
            throw Error("it has several payloads, and such an event is one request");
        return events::make_event(event.request, format);
    } catch (const Error& e) {
        throw CommandError(exit_status::unreadable,
                           name + ": cannot be made an event of shape " +
                               std::string(events::name(format)) + ": " + e.what(),
                           "\"event list\" says what each shape carries");
    }
}

int convert_files(Invocation& invocation) {
    if (!invocation.arguments.given("as"))
        throw CommandError(exit_status::usage, "event convert needs --as SHAPE",
                           "\"event list\" names the shapes");
    const events::Format format = shape_named(invocation.arguments.text("as"));
    if (invocation.verbosity > 0)
        for (std::string_view loss : events::losses(format))
            invocation.err.write("note: " + std::string(events::name(format)) + ": " +
                                 std::string(loss) + '\n');
    return for_each_event(invocation, [&](const std::string& name, std::string_view text) {
        invocation.out.write(convert(name, text, format, invocation) + '\n');
    });
}

}  // namespace

const Command event_convert_command = {
    .name = "event convert",
    .operands = "FILE|DIR|GLOB|-...",
    .summary = "turn events of any shape into another",
    .description =
        "Prints each event as the source of SHAPE would send the same request, one a "
        "line. Of .ndjson and .jsonl files it takes each line, or one: FILE.ndjson:17. With -v it "
        "tells what the shape cannot carry.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .run = convert_files,
};

}  // namespace turngate::cli

#include <system_error>
#include <utility>

#include "cli/commands.h"
#include "cli/event_file.h"
#include "cli/event_options.h"
#include "cli/event_texts.h"
#include "cli/exit_status.h"
#include "cli/http_text.h"
#include "cli/invocation.h"
#include "replay/golden_file.h"
#include "replay/printable.h"

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "save",
     .help = "write NAME.request.json beside the event, in the shape http, instead of showing it"},
};

constexpr auto options = joined(own_options, reading_options);

constexpr std::string_view examples[] = {
    "event show event.json",
    "event show --save events/orders/",
};

void save(events::Event& event, const std::string& path, Invocation& invocation) {
    const std::string target = request_path(path);
    try {
        replay::write_file(target, request_text(event.request));
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::wrong_answer, e.what(),
                           "the file and its directory must be writable");
    }
    if (invocation.verbosity >= 0)
        invocation.err.write("wrote " + replay::printable(target) + '\n');
}

void show_request(Request& request, Invocation& invocation) {
    invocation.out.write(head_text(request));
    write_body(request.body.text(), invocation.out, invocation.err);
}

void show_event(const std::string& name, std::string_view text, bool is_first,
                Invocation& invocation) {
    const bool saves = invocation.arguments.on("save");
    if (saves && !name.ends_with(".json"))
        throw CommandError(exit_status::usage,
                           "--save needs a file of one event, which " + name + " is not",
                           "redirect the output of event convert --as http");
    if (saves) refuse_companion(name);
    events::Event event =
        decode_event(text, name, decode_options(invocation.arguments), invocation.err);
    if (invocation.verbosity > 0)
        invocation.err.write(replay::printable(name) + ": " +
                             std::string(events::name(event.format)) + " event\n");
    if (saves) return save(event, name, invocation);
    if (!is_first) invocation.out.write("\n");
    show_request(event.request, invocation);
    for (Request& request : event.further) {
        invocation.out.write("\n");
        show_request(request, invocation);
    }
}

int show_events(Invocation& invocation) {
    bool is_first = true;
    return for_each_event(invocation, [&](const std::string& name, std::string_view text) {
        show_event(name, text, std::exchange(is_first, false), invocation);
    });
}

}  // namespace

const Command event_show_command = {
    .name = "event show",
    .operands = "FILE|DIR|GLOB|-...",
    .summary = "show the HTTP request that an event carries",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .run = show_events,
};

}  // namespace turngate::cli

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/request_options.h"
#include <turngate/events/make_event.h>

namespace turngate::cli {
namespace {

constexpr Option options[] = {
    method_option,
    {.letter = 'p',
     .name = "path",
     .value = "PATH",
     .help = "path and query, as they go on a request line",
     .kind = Value::text,
     .fallback = "/"},
    header_option,
    data_option,
};

constexpr std::string_view examples[] = {
    "event new apigw-v2 -p '/orders?page=2'",
    "event new alb -X PUT -p /orders/5 -H 'Content-Type: application/json' -d @order.json",
};

int print_event(Invocation& invocation) {
    const events::Format format = shape_named(invocation.arguments.operands()[0]);
    Request request = make_request(invocation.arguments, invocation.arguments.text("path"));
    try {
        invocation.out.write(events::make_event(request, format) + '\n');
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, std::string(events::name(format)) + ": " + e.what(),
                           "\"event list\" says what each shape carries");
    }
    return exit_status::good;
}

}  // namespace

const Command event_new_command = {
    .name = "event new",
    .operands = "SHAPE",
    .summary = "write an event as its source would send it",
    .description =
        "Prints the event of SHAPE that would bring the request described by the "
        "options. The same options give the same bytes. \"event list\" names the "
        "shapes.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .most_operands = 1,
    .choices = shape_names,
    .run = print_event,
};

}  // namespace turngate::cli

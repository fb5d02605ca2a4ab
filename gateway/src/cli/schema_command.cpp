// turngate schema: JSON Schemas for editors and programs.
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/schemas.h"

namespace turngate::cli {
namespace {

constexpr std::string_view examples[] = {"schema config > turngate.schema.json"};

std::vector<std::string_view> names() {
    return {"config", "event", "reply", "result"};
}

int print_schema(Invocation& invocation) {
    const std::string& name = invocation.arguments.operands()[0];
    invocation.out.write(name == "config"  ? config_schema(commands(), global_options())
                         : name == "event" ? std::string(event_schema)
                         : name == "reply" ? std::string(reply_schema)
                                           : std::string(result_schema));
    return exit_status::good;
}

}  // namespace

const Command schema_command = {
    .name = "schema",
    .operands = "config|event|reply|result",
    .summary = "print the JSON Schema of a kind of file",
    .description =
        "config is of turngate.toml and turngate.jsonc, event of events that carry HTTP requests, "
        "reply of expected replies, result of what replay --format json and ndjson print.\n\n"
        "An editor with TOML's language server takes the first by a line at the top of the file: "
        "#:schema ./turngate.schema.json",
    .examples = examples,
    .least_operands = 1,
    .most_operands = 1,
    .choices = names,
    .run = print_schema,
};

}  // namespace turngate::cli

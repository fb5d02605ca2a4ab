#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "version.h"
#include <turngate/json/json.h>

namespace turngate::cli {
namespace {

constexpr Option options[] = {
    {.name = "json", .help = "print one JSON object"},
};

constexpr std::string_view examples[] = {"version --json"};

int print_version(Invocation& invocation) {
    if (!invocation.arguments.on("json")) {
        invocation.out.write(version_line() + '\n');
        return exit_status::good;
    }
    const Json facts = Json::object({{"name", "turngate"},
                                     {"version", build.version},
                                     {"commit", build.commit},
                                     {"date", build.date},
                                     {"target", build.target},
                                     {"compiler", build.compiler}});
    invocation.out.write(facts.dump() + '\n');
    return exit_status::good;
}

}  // namespace

const Command version_command = {.name = "version",
                                 .summary = "show which build this is",
                                 .options = options,
                                 .examples = examples,
                                 .run = print_version};

}  // namespace turngate::cli

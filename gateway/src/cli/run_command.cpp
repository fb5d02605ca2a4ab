#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "open_target.h"
#include "platform.h"
#include "run_as.h"

namespace turngate::cli {
namespace {

std::vector<std::string_view> platform_names() {
    std::vector<std::string_view> names = {"auto"};
    for (const Platform& platform : platforms())
        if (platform.has_door) names.push_back(platform.name);
    return names;
}

constexpr Option own_options[] = {
    {.name = "as",
     .value = "PLATFORM",
     .help = "the platform; auto finds it by the environment, as doctor tells",
     .kind = Value::choice,
     .fallback = "auto",
     .choices = platform_names},
    {.name = "listen",
     .value = "ADDRESS",
     .help = "where, as 127.0.0.1:9000 or unix:/run/app.sock, several with commas between; not "
             "what comes as LISTEN_FDS or standard input [env: TURNGATE_LISTEN]",
     .kind = Value::text,
     .environment = false},
};

constexpr auto options = joined(own_options, limit_options);

constexpr std::string_view examples[] = {"run plugin:./handler.so", "run --as cgi",
                                         "run --as fcgi --listen unix:/run/app.sock"};

int run_target(Invocation& invocation) {
    const std::string target = served_target(invocation);
    // A default gives way to TURNGATE_AS; what the user says does not.
    const std::string_view as =
        invocation.arguments.given("as") ? invocation.arguments.text("as") : "";
    try {
        detect_platform(invocation.environment, as);  // before anything is opened for it
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "\"doctor\" tells what was looked for");
    }
    const Environment get = with_flags(invocation);
    return run_as(
        as,
        [&](BackendChanged changed) {
            return open_target(target, invocation.self, get, std::move(changed));
        },
        target, get);
}

}  // namespace

const Command run_command = {
    .name = "run",
    .operands = "[HANDLER]",
    .summary = "serve a handler the way this process was started: what a deployed program does",
    .description =
        "A program linked with turngate does the same when it is started without "
        "arguments. Without HANDLER it serves the handler linked into this program.",
    .options = options,
    .examples = examples,
    .most_operands = 1,
    .listens = true,
    .run = run_target,
};

}  // namespace turngate::cli

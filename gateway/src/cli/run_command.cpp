#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/run_target.h"
#include "open_target.h"

namespace turngate::cli {
namespace {

constexpr auto options = joined(platform_options, limit_options);

constexpr std::string_view examples[] = {"run plugin:./handler.so", "run --as cgi",
                                         "run --as fcgi --listen unix:/run/app.sock"};

int run(Invocation& invocation) {
    const std::string target = served_target(invocation);
    const Environment get = with_flags(invocation);
    return run_target(invocation, target, get, [&](BackendChanged changed) {
        return open_target(target, invocation.self, get, std::move(changed));
    });
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
    .run = run,
};

}  // namespace turngate::cli

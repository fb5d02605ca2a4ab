// host vercel: the platform, on this machine.
#include <memory>

#include "cli/commands.h"
#include "cli/host_session.h"
#include "cli/listen_options.h"
#include "host/fluid_front.h"
#include "host/platform_environment.h"
#include "replay/quantity.h"
#include <turngate/os/temporary_directory.h>

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "strict", .help = "end with status 1 if the program broke the protocol"},
};

constexpr auto options = joined(place_options, own_options, limit_options);

constexpr std::string_view examples[] = {
    "host vercel -- ./executable",
    "host vercel -p 3000 --strict -- ./executable --verbose",
};

// What a function on Vercel has in its environment besides ours.
std::vector<std::string> function_environment(const std::string& deployment) {
    return host::platform_environment({"VERCEL=1", "VERCEL_FLUID=1", "VERCEL_REGION=dev1",
                                       "NOW_REGION=dev1", "TZ=:UTC", "VERCEL_URL=" + deployment},
                                      {"VERCEL_ENV=development"});
}

int host_vercel(Invocation& invocation) {
    const std::unique_ptr<HttpDoor> door = host_door(invocation);
    const os::TemporaryDirectory directory;
    host::Ledger ledger(line_printer(invocation));
    const std::string url = url_of(door->addresses().front());
    const std::string deployment = url.substr(url.find("//") == url.npos ? 0 : url.find("//") + 2);
    host::FluidFunction function({.socket = directory.path() + "/ipc.sock",
                                  .command = invocation.arguments.operands(),
                                  .environment = function_environment(deployment)},
                                 ledger);
    const int status = serve_hosted(
        invocation, *door,
        fluid_front(function, ledger,
                    {.deployment = deployment,
                     .oidc_token = invocation.environment("VERCEL_OIDC_TOKEN").value_or("")}));
    function.stop();
    return hosted_status(invocation, {.done = replay::count_text(ledger.requests(), "request"),
                                      .breaches = ledger.breaches(),
                                      .status = status});
}

}  // namespace

const Command host_vercel_command = {
    .name = "host vercel",
    .operands = "-- PROGRAM [ARGUMENT...]",
    .summary = "run a function as Vercel's Fluid compute does, and show what it tells",
    .description =
        "Serves HTTP, starts PROGRAM with the first request and again if it has ended, and passes "
        "requests on to it with the headers of Vercel's proxy. Listens on the socket of "
        "VERCEL_IPC_PATH and prints, a line each as it comes, what the program says of its "
        "requests: logs, calls of others, and their end. What breaks the protocol is a BREACH: a "
        "frame that is none, a request that ends twice or, 30 s after its answer, not at all.\n\n"
        "SIGINT and SIGTERM stop it: requests are finished, the program gets SIGTERM and half a "
        "second. What the program prints itself goes to standard error.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .listens = true,
    .run = host_vercel,
};

}  // namespace turngate::cli

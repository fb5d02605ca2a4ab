// host open-runtimes: the platform, on this machine.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/host_session.h"
#include "cli/listen_options.h"
#include "cli/value.h"
#include "fresh_ids.h"
#include "host/platform_environment.h"
#include "host/runtime_front.h"
#include "replay/quantity.h"
#include <turngate/handlers/spawned_upstream.h>
#include <turngate/handlers/upstream.h>
#include <turngate/os/subprocess.h>
#include <turngate/os/temporary_directory.h>

namespace turngate::cli {
namespace {

using std::chrono::milliseconds;

constexpr Option own_options[] = {
    {.name = "function-timeout",
     .value = "TIME",
     .help = "for an execution, in whole seconds",
     .kind = Value::duration,
     .fallback = "15s"},
    {.name = "strict", .help = "end with status 1 if the program broke the protocol"},
};

constexpr auto options = joined(place_options, own_options, limit_options);

constexpr std::string_view examples[] = {
    "host open-runtimes -- ./function",
    "host open-runtimes -p 3000 --function-timeout 1m --strict -- ./function --verbose",
};

// The executor waits so much longer than the function may take.
constexpr std::chrono::seconds grace{5};
constexpr std::size_t secret_size = 32;
constexpr std::size_t largest_body = 20u << 20;  // that it sends

// The program, where it is to listen, and what it has in its environment.
std::string command_line(const std::vector<std::string>& program, const std::string& folder,
                         const std::string& secret) {
    std::string out = "exec env";
    for (const std::string_view name : host::platform_variables())
        out.append(" -u ").append(name);
    for (const auto& [name, value] :
         std::initializer_list<std::pair<std::string_view, std::string>>{
             {"OPEN_RUNTIMES_SECRET", secret},
             {"OPEN_RUNTIMES_ENV", "production"},
             {"TURNGATE_LOG_DIR", folder + "/logs"},
             {"TURNGATE_TIMINGS_FILE", folder + "/timings.txt"}})
        out.append(" ").append(name).append("=").append(os::shell_word(value));
    out += " TURNGATE_LISTEN=127.0.0.1:\"$PORT\"";
    for (const std::string& word : program)
        out += ' ' + os::shell_word(word);
    return out;
}

std::string fresh_secret() {
    std::string out = fresh_uuid() + fresh_uuid();
    std::erase(out, '-');
    return out.substr(0, secret_size);
}

HandlerPtr started(Invocation& invocation, const std::string& command,
                   std::chrono::seconds timeout) {
    try {
        return spawned_upstream({.command = command,
                                 .readiness = {.protocol = Readiness::Protocol::tcp},
                                 .open = [timeout](std::string url) {
                                     return upstream(
                                         {.url = std::move(url), .timeout = timeout + grace});
                                 }});
    } catch (const SpawnFailure& e) {
        throw CommandError(exit_status::no_target, e.what(),
                           "the program must serve HTTP where TURNGATE_LISTEN says; try " +
                               invocation.arguments.operands().front() + " by itself");
    }
}

int host_open_runtimes(Invocation& invocation) {
    using Clock = std::chrono::steady_clock;
    const auto timeout =
        std::chrono::ceil<std::chrono::seconds>(invocation.arguments.duration("function-timeout"));
    const std::unique_ptr<HttpDoor> door = host_door(invocation, {.max_body = largest_body});
    const os::TemporaryDirectory folder;
    std::filesystem::create_directory(folder.path() + "/logs");
    const std::string secret = fresh_secret();
    host::Executions executions(line_printer(invocation));
    const auto begun = Clock::now();
    const HandlerPtr function = started(
        invocation, command_line(invocation.arguments.operands(), folder.path(), secret), timeout);
    const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
    std::ofstream(folder.path() + "/timings.txt")
        << "startup=" << static_cast<double>(took.count()) / 1000 << '\n';
    executions.say(host::Line::Kind::lifecycle, 0,
                   "ready " + duration_text(took) + " after its start");
    const int status = serve_hosted(
        invocation, *door,
        host::runtime_front(
            function, executions,
            {.secret = secret, .timeout = timeout, .log_directory = folder.path() + "/logs"}));
    return hosted_status(invocation, {.done = replay::count_text(executions.count(), "execution"),
                                      .breaches = executions.breaches(),
                                      .status = status});
}

}  // namespace

const Command host_open_runtimes_command = {
    .name = "host open-runtimes",
    .operands = "-- PROGRAM [ARGUMENT...]",
    .summary = "run a function as Appwrite's executor does, and show what it logs",
    .description =
        "Starts PROGRAM with a secret and folders for its logs, as the executor of Open Runtimes "
        "v5 does, serves HTTP and passes requests on to it with the executor's headers. Each is "
        "shown with what it logged, its errors and how long it took. An answer that does not name "
        "its log is a BREACH.\n\n"
        "The program is to listen where TURNGATE_LISTEN says, and is started again if it ends. "
        "SIGINT and SIGTERM stop it: requests are finished, then the program gets SIGTERM. What it "
        "prints outside of requests goes to standard error.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .listens = true,
    .run = host_open_runtimes,
};

}  // namespace turngate::cli

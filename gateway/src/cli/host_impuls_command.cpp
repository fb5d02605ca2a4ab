// host impuls: the platform, on this machine.
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/host_session.h"
#include "cli/listen_options.h"
#include "cli/request_options.h"
#include "host/impuls_front.h"
#include "host/platform_environment.h"
#include "replay/quantity.h"
#include <turngate/handlers/spawned_upstream.h>
#include <turngate/os/subprocess.h>

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "as",
     .value = "SHAPE",
     .help = "of the events that requests become",
     .kind = Value::choice,
     .fallback = "function-url",
     .choices = shape_names},
    {.name = "function-name",
     .value = "NAME",
     .help = "the name of the function",
     .kind = Value::text,
     .fallback = "function"},
    {.name = "handler",
     .value = "NAME",
     .help = "which of the program's functions: its last dotted part counts",
     .kind = Value::text,
     .fallback = "index.handler"},
    {.name = "code",
     .value = "FILE",
     .help = "send the text of FILE with each invocation, for runtimes that run it",
     .kind = Value::text},
    {.name = "env",
     .value = "NAME=VALUE",
     .help = "a variable of the function's environment",
     .kind = Value::text,
     .repeatable = true},
    {.name = "memory",
     .value = "MB",
     .help = "what the function is told of memory; nothing is limited",
     .kind = Value::number,
     .fallback = "128",
     .minimum = 1,
     .maximum = 1'000'000},
    {.name = "function-timeout",
     .value = "TIME",
     .help = "for an invocation; then its caller is answered, and the program goes on",
     .kind = Value::duration,
     .fallback = "30s"},
    {.name = "strict", .help = "end with status 1 if the program broke the protocol"},
};

constexpr auto options = joined(place_options, own_options, limit_options);

constexpr std::string_view examples[] = {
    "host impuls -- ./function",
    "host impuls -p 3000 --handler index.orders --env TENANT=alpha -- ./function",
    "host impuls --code index.js -- node runtime.js",
};

// Impuls waits so long for /health of a virtual machine.
constexpr std::chrono::seconds start_timeout{10};

// In the environment that Impuls gives, as far as this machine has it.
std::string command_of(const std::vector<std::string>& words) {
    std::string out = "port=$PORT; unset";
    for (const std::string_view name : host::platform_variables())
        out.append(" ").append(name);
    out += "; export RUNTIME_PORT=\"$port\"; exec";
    for (const std::string& word : words)
        out += ' ' + os::shell_word(word);
    return out;
}

std::string text_of(const std::string& path) {
    if (path.empty()) return {};
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad())
        throw CommandError(exit_status::usage, "cannot read " + path, "check --code");
    return text;
}

host::ImpulsFrontOptions front_options(const Arguments& arguments) {
    host::ImpulsFrontOptions out{
        .name = std::string(arguments.text("function-name")),
        .handler = std::string(arguments.text("handler")),
        .code = text_of(std::string(arguments.text("code"))),
        .memory_mb = static_cast<std::uint64_t>(arguments.number("memory")),
        .timeout =
            std::chrono::ceil<std::chrono::milliseconds>(arguments.duration("function-timeout")),
        .format = shape_named(arguments.text("as"))};
    for (const std::string& variable : arguments.all("env")) {
        const std::size_t equals = variable.find('=');
        if (equals == 0 || equals == variable.npos)
            throw CommandError(exit_status::usage, "--env " + variable + " is no variable",
                               "write --env NAME=VALUE");
        out.environment.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
    }
    return out;
}

HandlerPtr open_program(const Invocation& invocation) {
    try {
        return spawned_upstream({.command = command_of(invocation.arguments.operands()),
                                 .readiness = {.path = "/health", .healthy = {{200, 200}}},
                                 .start_timeout = start_timeout});
    } catch (const Error& e) {
        throw CommandError(exit_status::no_target, e.what(),
                           "it is to answer GET /health on the port of RUNTIME_PORT");
    }
}

int host_impuls(Invocation& invocation) {
    const std::unique_ptr<HttpDoor> door = host_door(invocation);
    host::InvocationLines lines(line_printer(invocation));
    host::ImpulsFrontOptions front = front_options(invocation.arguments);
    const std::string path = "/api/v1/functions/" + front.name + "/invoke";
    const int status = serve_hosted(
        invocation, *door, host::impuls_front(open_program(invocation), lines, std::move(front)),
        [&](const std::string& url) { return "  impuls     " + url + path + '\n'; });
    return hosted_status(invocation, {.done = replay::count_text(lines.invocations(), "invocation"),
                                      .breaches = lines.breaches(),
                                      .status = status});
}

}  // namespace

const Command host_impuls_command = {
    .name = "host impuls",
    .operands = "-- PROGRAM [ARGUMENT...]",
    .summary = "run a function as Impuls does, and show its logs",
    .description =
        "Starts PROGRAM with RUNTIME_PORT, waits until its /health answers, and posts invocations "
        "to its /invoke: of events that come to POST /api/v1/functions/NAME/invoke, whose answer "
        "is that of Impuls' API, and of all other requests, as events whose result is the reply "
        "to them. Prints each with its logs and its time. What Impuls would take for no reply is a "
        "BREACH. The program is started again if it ends.\n\n"
        "SIGINT and SIGTERM stop it: requests are finished, the program gets SIGTERM. What the "
        "program prints itself goes to standard error.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .listens = true,
    .run = host_impuls,
};

}  // namespace turngate::cli

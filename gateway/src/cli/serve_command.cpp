#include <stdexcept>
#include <system_error>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "observe/observation.h"
#include "open_target.h"
#include "serve_http.h"
#include "version.h"

namespace turngate::cli {
namespace {

constexpr Option options[] = {
    {.letter = 'p',
     .name = "port",
     .value = "PORT",
     .help = "the port; 0 for any that is free; without it PORT of the environment, or 8080",
     .kind = Value::number,
     .maximum = 65535},
    {.name = "host",
     .value = "HOST",
     .help = "the address to listen on; without it HOST of the environment, or 127.0.0.1",
     .kind = Value::text},
};

constexpr std::string_view examples[] = {
    "serve plugin:./handler.so",
    "serve cgi:./program -p 0",
    "serve 'http://127.0.0.1:9000?timeout=1m'",
};

// The environment with PORT and HOST as the flags have them: loopback unless somebody says other.
HttpOptions listen_options(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    try {
        return http_options([&](const std::string& name) -> std::optional<std::string> {
            if (name == "PORT" && arguments.given("port"))
                return std::string(arguments.text("port"));
            if (name == "HOST" && arguments.given("host"))
                return std::string(arguments.text("host"));
            auto value = invocation.environment(name);
            if (name == "HOST" && (!value || value->empty())) return "127.0.0.1";
            return value;
        });
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "correct or unset the variable");
    }
}

// Of the flags; absent if they say nothing.
std::optional<Level> log_level(int verbosity) {
    if (verbosity == 0) return std::nullopt;
    return verbosity < 0 ? Level::warn : Level::debug;
}

// Log, metrics, health and the like, on the port we serve.
ObservationOptions observation_options(const Invocation& invocation, const std::string& target) {
    return {.get = invocation.environment,
            .json = !invocation.err.terminal().is_terminal,
            .level = log_level(invocation.verbosity),
            .operations_on_port = true,
            .target = target};
}

int serve(Invocation& invocation) {
    const auto& operands = invocation.arguments.operands();
    const std::string target = operands.empty() ? "self" : operands[0];
    HandlerPtr handler = open_target(target, invocation.self);
    HttpOptions http = listen_options(invocation);
    const std::string wanted = http.listen.front();
    try {
        Observation observation(observation_options(invocation, target));
        Reporter& reporter = observation.reporter();
        return serve_http(
            std::move(handler), std::move(http), observation, [&](const std::string& address) {
                if (!invocation.err.terminal().is_terminal)
                    return reporter.logged(Context(), Level::info,
                                           "listening on http://" + address);
                if (invocation.verbosity < 0) return;
                invocation.err.write("turngate " + std::string(build.version) + "   " + target +
                                     "\n  http       http://" + address + '\n');
            });
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "correct or unset the variable");
    } catch (const std::invalid_argument& e) {
        throw CommandError(exit_status::usage, e.what(), "write --host 127.0.0.1 -p 8080");
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::usage,
                           "cannot listen on " + wanted + ": " + e.code().message(),
                           "-p 0 takes any port that is free");
    }
}

}  // namespace

const Command serve_command = {
    .name = "serve",
    .operands = "[HANDLER]",
    .summary = "answer HTTP requests with a handler, on this machine",
    .description =
        "Serves until SIGINT or SIGTERM and then finishes the requests it has begun. "
        "Without HANDLER it serves the handler linked into this program. Limits come "
        "from the environment; \"doctor\" lists them.",
    .options = options,
    .examples = examples,
    .most_operands = 1,
    .listens = true,
    .run = serve,
};

}  // namespace turngate::cli

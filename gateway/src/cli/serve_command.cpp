#include <stdexcept>
#include <system_error>

#include "adapter_options.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/request_options.h"
#include "cli/serve_watched.h"
#include "cli/words.h"
#include "event_caller.h"
#include "lambda_api.h"
#include "observe/observation.h"
#include "observe/settings.h"
#include "open_target.h"
#include "serve_http.h"
#include "stderr_reporter.h"
#include "version.h"
#include <turngate/handlers/static_files.h>

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "as",
     .value = "SHAPE",
     .help = "HANDLER wants events of this shape: send each request as one, by POST /",
     .kind = Value::choice,
     .choices = shape_names},
    {.name = "static",
     .value = "DIR",
     .help = "serve the files of DIR first, and with HANDLER what is none of them",
     .kind = Value::text},
    {.name = "lambda-api",
     .value = "WHEN",
     .help = "answer AWS Lambda's Invoke on this port too: on or off",
     .kind = Value::choice,
     .fallback = "on",
     .choices = words<"on", "off">,
     .optional = true},
    {.name = "watch",
     .value = "GLOB",
     .help = "start the server anew, and lose no request, when files change: those of GLOB, as "
             "'src/**' and '!**/*.log', or the handler's own",
     .kind = Value::text,
     .repeatable = true,
     .optional = true,
     .is_file_pattern = true},
};

constexpr auto options = joined(place_options, own_options, limit_options);

constexpr std::string_view examples[] = {
    "serve plugin:./handler.so --watch",        "serve cgi:./program -p 0",
    "serve 'http://127.0.0.1:9000?timeout=1m'", "serve --static public plugin:./handler.so",
    "serve --as apigw-v2 plugin:./function.so",
};

// What is served, and how it is told.
struct Served {
    HandlerPtr handler;
    std::string name;
    bool has_lambda_api = false;
    std::string files;
};

// The order is that in which they get to see a request: the Invoke API, files, HANDLER.
Served open_all(const Invocation& invocation, BackendChanged changed) {
    const Arguments& arguments = invocation.arguments;
    Served out;
    out.files = arguments.text("static");
    // Files need no handler behind them.
    const bool is_files_alone =
        arguments.operands().empty() && !invocation.self && !out.files.empty();
    out.name = is_files_alone ? "files:" + out.files : served_target(invocation);
    const auto open = invocation.environment(watched_variable) ? open_target_apart : open_target;
    HandlerPtr target = is_files_alone ? nullptr
                                       : open(out.name, invocation.self, with_flags(invocation),
                                              std::move(changed));
    out.has_lambda_api = target && arguments.text("lambda-api") != "off";
    out.handler = target;
    events::AnswerOptions answer = adapter_options(invocation.environment);
    if (arguments.given("as")) {
        if (!target)
            throw CommandError(exit_status::usage, "--as needs a HANDLER that wants events",
                               "write serve --as SHAPE plugin:./function.so");
        out.handler = event_caller(target, shape_named(arguments.text("as")));
        answer.decode.format = events::Format::raw;  // which the handler gets as it stands
        answer.decode.routes = {{"", "/"}};
    }
    if (!out.files.empty()) {
        try {
            out.handler = static_files({.root = out.files,
                                        .cache_control = "no-cache",
                                        .otherwise = std::move(out.handler)});
        } catch (const Error& e) {
            throw CommandError(exit_status::usage, e.what(), "give --static a directory");
        }
    }
    if (out.has_lambda_api)
        out.handler = lambda_api(std::move(target), std::move(out.handler), std::move(answer));
    return out;
}

std::vector<std::string> watched_files(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const auto& operands = arguments.operands();
    std::vector<std::string> patterns;
    bool wants_own = true;
    for (const std::string& pattern : arguments.all("watch")) {
        if (pattern.empty()) continue;
        wants_own = wants_own && pattern.starts_with('!');
        patterns.push_back(pattern);
    }
    if (!wants_own) return patterns;
    const bool is_self = operands.empty() || operands[0] == "self";
    std::vector<std::string> own;
    if (!is_self || invocation.self) own = target_files(is_self ? "self" : operands[0]);
    patterns.insert(patterns.end(), own.begin(), own.end());
    if (own.empty())
        throw CommandError(exit_status::usage,
                           "--watch: it is not known which file makes " +
                               (operands.empty() ? "this" : operands[0]) + " another handler",
                           "name files: --watch='src/**'");
    return patterns;
}

// Log, metrics, health and the like, on the port we serve.
ObservationOptions observation_options(const Invocation& invocation, const std::string& target) {
    return {.get = with_flags(invocation),
            .json = !invocation.err.terminal().is_terminal,
            .operations_on_port = true,
            .target = target};
}

void say_listening(Invocation& invocation, const Served& served, const std::string& address,
                   Reporter& reporter) {
    if (invocation.environment(watched_variable) == "again") return;
    const std::string url = url_of(address);
    if (!invocation.err.terminal().is_terminal || invocation.arguments.text("log-format") == "json")
        return reporter.logged(Context(), Level::info, "listening on " + url);
    if (invocation.verbosity < 0) return;
    std::string text = "turngate " + std::string(build.version) + "   " + served.name +
                       "\n  http       " + url + '\n';
    if (served.has_lambda_api)
        text += "  lambda     " + url + "/2015-03-31/functions/function/invocations\n";
    if (!served.files.empty()) text += "  files      " + served.files + '\n';
    invocation.err.write(text);
}

int serve(Invocation& invocation) {
    HttpOptions http = listen_options(invocation);
    try {
        // Who is watched has been told of it by a file, maybe, that says so to both.
        if (invocation.arguments.given("watch") && !invocation.environment(watched_variable)) {
            const auto reporter = stderr_reporter(
                log_form(observe_settings(with_flags(invocation)),
                         {.json = !invocation.err.terminal().is_terminal, .door = "http"}));
            http.reporter = reporter.get();
            return serve_watched(invocation, http, watched_files(invocation));
        }
        const auto& operands = invocation.arguments.operands();
        Observation observation(
            observation_options(invocation, operands.empty() ? "self" : operands[0]));
        Served served;
        const auto open = [&] {
            served = open_all(invocation, observation.backend());
            return served.handler;
        };
        return serve_http(open, std::move(http), observation, [&](const std::string& address) {
            say_listening(invocation, served, address, observation.reporter());
        });
    } catch (const CommandError&) {
        throw;
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "correct or unset the variable");
    } catch (const std::invalid_argument& e) {
        throw CommandError(exit_status::usage, e.what(), "write --host 127.0.0.1 -p 8080");
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::usage, e.what(), "-p 0 takes any port that is free");
    }
}

}  // namespace

const Command serve_command = {
    .name = "serve",
    .operands = "[HANDLER]",
    .summary = "answer HTTP requests with a handler, on this machine",
    .description =
        "Serves until SIGINT or SIGTERM and then finishes the requests it has begun. "
        "Without HANDLER it serves the handler linked into this program. SIGHUP opens HANDLER "
        "again. Events are taken as AWS Lambda takes them, "
        "at POST /2015-03-31/functions/NAME/invocations.",
    .options = options,
    .examples = examples,
    .most_operands = 1,
    .operand_key = "target",
    .listens = true,
    .run = serve,
};

}  // namespace turngate::cli

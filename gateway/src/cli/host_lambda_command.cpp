// host lambda: the platform, on this machine.
#include <chrono>
#include <exception>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/commands.h"
#include "cli/error_message.h"
#include "cli/exit_status.h"
#include "cli/host_session.h"
#include "cli/listen_options.h"
#include "cli/request_options.h"
#include "host/async_queue.h"
#include "host/function_environment.h"
#include "host/hosted_function.h"
#include "host/lambda_front.h"
#include "replay/quantity.h"
#include <turngate/events/reply.h>

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "as",
     .value = "SHAPE",
     .help = "what stands before the function and sends it events of this shape",
     .kind = Value::choice,
     .fallback = "function-url",
     .choices = shape_names},
    {.name = "stream",
     .help = "pass streamed replies on as they come (InvokeMode RESPONSE_STREAM of a function URL, "
             "responseTransferMode STREAM of a REST API)"},
    {.name = "instances",
     .value = "N",
     .help = "how many invocations run at once, each in a process of its own",
     .kind = Value::number,
     .fallback = "1",
     .minimum = 1,
     .maximum = 1000},
    {.name = "function-timeout",
     .value = "TIME",
     .help = "for an invocation; then the process is killed",
     .kind = Value::duration,
     .fallback = "3s"},
    {.name = "init-timeout",
     .value = "TIME",
     .help = "from the start of a process until it asks for an event",
     .kind = Value::duration,
     .fallback = "10s"},
    {.name = "memory",
     .value = "MB",
     .help = "of an instance, with all it has started; with more it is killed",
     .kind = Value::number,
     .fallback = "128",
     .minimum = 128,
     .maximum = 10240},
    {.name = "snap-start",
     .help = "tell the function that it is copied when it has started (SnapStart)"},
    {.name = "function-name",
     .value = "NAME",
     .help = "the name of the function",
     .kind = Value::text,
     .fallback = "function"},
    {.name = "handler",
     .value = "NAME",
     .help = "what _HANDLER names",
     .kind = Value::text,
     .fallback = "bootstrap"},
    {.name = "extension",
     .value = "PROGRAM",
     .help = "an external extension, to be started with each instance",
     .kind = Value::text,
     .repeatable = true},
    {.name = "retries",
     .value = "N",
     .help = "of an event that was sent with X-Amz-Invocation-Type: Event and fails",
     .kind = Value::number,
     .fallback = "2",
     .maximum = 2},
    {.name = "retry-delay",
     .value = "TIME",
     .help = "before the first of them; before the second twice that",
     .kind = Value::duration,
     .fallback = "1m"},
    {.name = "dead-letters",
     .value = "FILE",
     .help = "append to FILE, as lines of JSON, the events that fail all the same",
     .kind = Value::text},
    {.name = "strict",
     .help = "refuse what the service refuses (more requests than instances, slow answers, large "
             "replies), and end with status 1 if there was a breach"},
};

constexpr auto options = joined(place_options, own_options, limit_options);

constexpr std::string_view examples[] = {
    "host lambda -- ./bootstrap",
    "host lambda -p 3000 --as apigw-v2 --instances 4 -- ./bootstrap --verbose",
    "host lambda --stream --function-timeout 1m -- node bootstrap.mjs",
};

host::LambdaOptions lambda_options(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const auto variable = [&](const std::string& name, std::string_view fallback) {
        const auto value = invocation.environment(name);
        return value && !value->empty() ? *value : std::string(fallback);
    };
    host::LambdaOptions out;
    out.command = arguments.operands();
    out.extensions = arguments.all("extension");
    out.instances = static_cast<std::size_t>(arguments.number("instances"));
    out.limits = {.init = arguments.duration("init-timeout"),
                  .invocation = arguments.duration("function-timeout")};
    out.throttles = arguments.on("strict");
    out.memory = static_cast<std::size_t>(arguments.number("memory")) << 20;
    out.name = arguments.text("function-name");
    out.handler = arguments.text("handler");
    out.region = variable("AWS_REGION", variable("AWS_DEFAULT_REGION", out.region));
    out.environment = host::function_environment(
        {.name = out.name,
         .handler = out.handler,
         .region = out.region,
         .task_root = std::filesystem::current_path().string(),
         .memory_size = static_cast<std::uint64_t>(arguments.number("memory")),
         .snap_start = arguments.on("snap-start")});
    return out;
}

host::AsyncOptions async_options(const Arguments& arguments) {
    return {.retries = static_cast<unsigned>(arguments.number("retries")),
            .delay = arguments.duration("retry-delay"),
            .dead_letters = std::string(arguments.text("dead-letters")),
            .workers = static_cast<std::size_t>(arguments.number("instances"))};
}

// Throws CommandError if it is to stream and cannot.
host::LambdaFrontOptions front_options(const Arguments& arguments) {
    host::LambdaFrontOptions out{.format = shape_named(arguments.text("as")),
                                 .streams = arguments.on("stream"),
                                 .is_strict = arguments.on("strict")};
    if (out.streams && !events::can_stream(out.format))
        throw CommandError(exit_status::usage,
                           "--stream: the source of " + std::string(arguments.text("as")) +
                               " sends replies in one piece",
                           "only function URLs (--as function-url) and REST APIs (--as apigw-v1) "
                           "pass on streams");
    return out;
}

int host_lambda(Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const host::LambdaFrontOptions front_of = front_options(arguments);
    const std::unique_ptr<HttpDoor> door = host_door(invocation);
    host::ExecutionLog log(line_printer(invocation),
                           static_cast<std::uint64_t>(arguments.number("memory")));
    std::unique_ptr<host::LambdaFunction> function;
    std::unique_ptr<host::AsyncQueue> queue;
    try {
        function = std::make_unique<host::LambdaFunction>(lambda_options(invocation), log);
        queue = std::make_unique<host::AsyncQueue>(*function, log, async_options(arguments));
    } catch (const std::system_error& e) {
        throw CommandError(exit_status::usage, e.what(),
                           "check --dead-letters, and how many --instances there are");
    }
    const HandlerPtr front = lambda_front(*function, log, front_of);
    const std::string path = "/functions/" + std::string(arguments.text("function-name"));
    const int status = serve_hosted(
        invocation, *door,
        lambda_api(std::make_shared<const host::HostedFunction>(*function, *queue), front),
        [&](const std::string& url) {
            return "  lambda     " + url + "/2015-03-31" + path + "/invocations\n";
        });
    queue->stop();
    return hosted_status(invocation,
                         {.done = replay::count_text(function->invocations(), "invocation"),
                          .breaches = log.breaches(),
                          .status = status});
}

}  // namespace

const Command host_lambda_command = {
    .name = "host lambda",
    .operands = "-- PROGRAM [ARGUMENT...]",
    .summary =
        "run a function as AWS Lambda does, behind a function URL, an API or a load balancer",
    .description =
        "Serves HTTP, makes an event of each request and of the function's reply a response, and "
        "takes calls of Invoke at /2015-03-31/functions/NAME/invocations and "
        "/2021-11-15/functions/NAME/response-streaming-invocations. PROGRAM gets events by the "
        "Runtime API of AWS_LAMBDA_RUNTIME_API. It is started when there is an event and nobody "
        "to take it, killed when an invocation takes too long, and started again when it has "
        "ended. What it prints comes with the number of its invocation, between the lines that "
        "the service writes: START, END and REPORT.\n\n"
        "SIGINT and SIGTERM stop it: requests are finished, then the program is killed, or gets "
        "SIGTERM and half a second if it has registered an extension.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .listens = true,
    .run = host_lambda,
};

}  // namespace turngate::cli

// host openedge: the function manager of OpenEdge, on this machine.
#include <exception>
#include <memory>
#include <mutex>
#include <optional>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/host_session.h"
#include "cli/listen_options.h"
#include "host/mqtt_bridge.h"
#include "host/openedge_calls.h"
#include "host/platform_environment.h"
#include "replay/quantity.h"

namespace turngate::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "function",
     .value = "NAME",
     .help = "the name of the function",
     .kind = Value::text,
     .fallback = "function"},
    {.name = "handler",
     .value = "NAME",
     .help = "what function.handler names",
     .kind = Value::text,
     .fallback = "function.handler"},
    {.name = "codedir",
     .value = "DIR",
     .help = "what function.codedir names",
     .kind = Value::text,
     .fallback = "."},
    {.name = "function-timeout",
     .value = "TIME",
     .help = "for a call, and from the start of a process until it listens",
     .kind = Value::duration,
     .fallback = "5m"},
    {.name = "mqtt", .help = "run a broker (mosquitto), and call the function with its messages"},
    {.name = "mqtt-port",
     .value = "PORT",
     .help = "of the broker; 0 for any that is free",
     .kind = Value::number,
     .fallback = "1883",
     .maximum = 65535},
    {.name = "subscribe",
     .value = "TOPIC",
     .help = "whose messages go to the function",
     .kind = Value::text,
     .fallback = "t"},
    {.name = "publish",
     .value = "TOPIC",
     .help = "where its answers are published",
     .kind = Value::text,
     .fallback = "t/hi"},
};

constexpr auto options = joined(place_options, own_options, limit_options);

constexpr std::string_view examples[] = {
    "host openedge -- ./function",
    "host openedge --mqtt --subscribe sensors/# --publish alarms -- ./function",
    "host openedge --handler plugin:sayhi.so --codedir build -- turngate",
};

host::OpenEdgeFunctionOptions function_options(Invocation& invocation,
                                               const host::Ledger::Tell& tell) {
    const Arguments& arguments = invocation.arguments;
    return {.command = arguments.operands(),
            .environment = host::platform_environment(
                {"OPENEDGE_HOST_OS=linux", "OPENEDGE_MODULE_MODE=native"}, {}),
            .name = std::string(arguments.text("function")),
            .handler = std::string(arguments.text("handler")),
            .directory = std::string(arguments.text("codedir")),
            .timeout = std::chrono::ceil<std::chrono::milliseconds>(
                arguments.duration("function-timeout")),
            .say = [tell](std::string text) {
                tell({host::Line::Kind::lifecycle, 0, std::move(text)});
            }};
}

std::unique_ptr<host::MqttBridge> bridge(const Invocation& invocation, host::OpenEdgeCalls& calls,
                                         const host::Ledger::Tell& tell) {
    const Arguments& arguments = invocation.arguments;
    if (!arguments.on("mqtt")) return nullptr;
    try {
        return std::make_unique<host::MqttBridge>(
            calls,
            host::MqttRule{std::string(arguments.text("subscribe")),
                           std::string(arguments.text("publish"))},
            static_cast<std::uint16_t>(arguments.number("mqtt-port")), tell);
    } catch (const std::exception& e) {
        throw CommandError(exit_status::usage, e.what(),
                           "--mqtt needs mosquitto, and --mqtt-port 0 takes any port");
    }
}

int host_openedge(Invocation& invocation) {
    const std::unique_ptr<HttpDoor> door = host_door(invocation);
    std::mutex mutex;  // calls by HTTP and by MQTT have threads of their own
    const host::Ledger::Tell tell = [&, print = line_printer(invocation)](const host::Line& line) {
        const std::lock_guard lock(mutex);
        print(line);
    };
    host::OpenEdgeFunction function(function_options(invocation, tell));
    host::OpenEdgeCalls calls(function, std::string(invocation.arguments.text("function")), tell);
    std::unique_ptr<host::MqttBridge> mqtt = bridge(invocation, calls, tell);
    const auto more = [&](const std::string&) {
        return mqtt ? "  mqtt       mqtt://127.0.0.1:" + std::to_string(mqtt->port()) + "  " +
                          std::string(invocation.arguments.text("subscribe")) + " to " +
                          std::string(invocation.arguments.text("publish")) + '\n'
                    : std::string();
    };
    const int status = serve_hosted(invocation, *door, host::openedge_front(calls), more);
    mqtt.reset();
    function.stop();
    return hosted_status(invocation,
                         {.done = replay::count_text(calls.count(), "call"), .status = status});
}

}  // namespace

const Command host_openedge_command = {
    .name = "host openedge",
    .operands = "-- PROGRAM [ARGUMENT...]",
    .summary = "run a function as OpenEdge's function manager does, and show each call",
    .description =
        "Serves HTTP: a POST to the path TOPIC calls the function with the body as payload, and "
        "the payload of its answer comes back; 204 stands for an empty one, which is published "
        "nowhere, and 502 for the error that OpenEdge would publish. PROGRAM is started with the "
        "first call, with -c and its configuration, and called by gRPC, one call at a time. As on "
        "OpenEdge it is stopped after a call that fails, and started again with the next.\n\n"
        "With --mqtt there is a broker, too: what is published to one topic goes to the function, "
        "and its answer to another.\n\n"
        "SIGINT and SIGTERM stop it: calls are finished, the program gets SIGTERM and 30 seconds.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .listens = true,
    .run = host_openedge,
};

}  // namespace turngate::cli

// listen: the process that a plug-in's server runs in.
#include <charconv>
#include <string>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include <turngate/handlers/load_plugin.h>

namespace turngate::cli {
namespace {

constexpr std::string_view examples[] = {"listen ./server.so"};

std::uint16_t port_of(const Environment& get) {
    const std::string text = get("PORT").value_or("");
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        throw CommandError(exit_status::usage,
                           "PORT=" + text + " is wrong: expected where to listen, 1 to 65535",
                           "PORT=8080 turngate listen ./server.so");
    return port;
}

int listen(Invocation& invocation) {
    const std::uint16_t port = port_of(invocation.environment);
    run_plugin_server(invocation.arguments.operands().front(),
                      invocation.environment("HOST").value_or("127.0.0.1"), port);
    return exit_status::good;
}

}  // namespace

const Command listen_command = {
    .name = "listen",
    .operands = "FILE.so",
    .summary = "run the server that a plug-in exports",
    .description =
        "Calls the plug-in's listen(host, port) with the HOST (127.0.0.1) and PORT of the "
        "environment. \"plugin:FILE.so\" as a handler does so by itself: it runs this command, "
        "waits until the server is ready, passes requests on to it and starts it again when it has "
        "ended.",
    .examples = examples,
    .least_operands = 1,
    .most_operands = 1,
    .run = listen,
};

}  // namespace turngate::cli

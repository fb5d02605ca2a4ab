#include "cli/listen_options.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "serve_http.h"

namespace turngate::cli {

Environment with_flags(const Invocation& invocation) {
    std::map<std::string, std::string> flags;
    for (const Option& option : invocation.command.options) {
        const bool is_place = option.name == "port" || option.name == "host";
        const bool is_limit =
            option.name == "listen" ||
            std::any_of(std::begin(limit_options), std::end(limit_options),
                        [&](const Option& limit) { return limit.name == option.name; });
        if ((!is_place && !is_limit) || !invocation.arguments.given(option.name)) continue;
        std::string name = is_place ? std::string(option.name == "port" ? "PORT" : "HOST")
                                    : environment_name("", option.name);
        flags[std::move(name)] = invocation.arguments.text(option.name);
    }
    const Arguments& arguments = invocation.arguments;
    // Who says where by a flag does not mean the addresses of the environment; a file is weaker.
    const auto is_said = [&](const char* name, const char* variable) {
        return flags.contains(variable) && arguments.source(name) > Arguments::Source::file;
    };
    if (is_said("port", "PORT") || is_said("host", "HOST")) flags["TURNGATE_LISTEN"];
    if (arguments.given("log-format")) flags["TURNGATE_LOG_FORMAT"] = arguments.text("log-format");
    // -q and -v are flags.
    if (arguments.given("log-level") &&
        (invocation.verbosity == 0 || arguments.source("log-level") > Arguments::Source::file))
        flags["LOG_LEVEL"] = arguments.text("log-level");
    else if (invocation.verbosity != 0)
        flags["LOG_LEVEL"] = invocation.verbosity < 0 ? "warn" : "debug";
    return [flags = std::move(flags), &invocation](const std::string& name) {
        const auto flag = flags.find(name);
        return flag == flags.end() ? invocation.environment(name) : std::optional(flag->second);
    };
}

std::string served_target(const Invocation& invocation) {
    const auto& operands = invocation.arguments.operands();
    if (!operands.empty()) return operands[0];
    if (invocation.self) return "self";
    const std::string command(invocation.command.name);
    throw CommandError(exit_status::usage,
                       command + " needs a HANDLER, for none is linked into this program",
                       "for example " + command + " plugin:./handler.so");
}

std::string url_of(const std::string& address) {
    return address.starts_with("unix:") ? address : "http://" + address;
}

HttpOptions listen_options(const Invocation& invocation, HttpOptions defaults) {
    const Environment get = with_flags(invocation);
    try {
        return http_options(
            [&](const std::string& name) {
                auto value = get(name);
                if (name == "HOST" && (!value || value->empty())) value = "127.0.0.1";
                return value;
            },
            std::move(defaults));
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "correct or unset the variable");
    }
}

}  // namespace turngate::cli

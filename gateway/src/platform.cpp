// The table of platforms.
#include "platform.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <sys/socket.h>
#include <unistd.h>

#include "openedge/settings.h"
#include <turngate/handlers/spelling.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

std::optional<std::string> is_cgi(const ReadVariable& get) {
    const auto interface = get("GATEWAY_INTERFACE");
    const auto method = get("REQUEST_METHOD");
    if (!interface || interface->empty() || !method) return std::nullopt;
    return "GATEWAY_INTERFACE=" + *interface + " and REQUEST_METHOD are set";
}

// The first of `names` that is set, as "NAME=value"; of a secret only that it is set.
std::optional<std::string> any_of(const ReadVariable& get, std::initializer_list<const char*> names,
                                  bool is_secret = false) {
    for (const char* name : names)
        if (const auto value = get(name); value && !value->empty())
            return std::string(name) + (is_secret ? " is set" : '=' + *value);
    return std::nullopt;
}

std::optional<std::string> is_vercel(const ReadVariable& get) {
    return any_of(get, {"VERCEL_IPC_PATH"});
}

std::optional<std::string> is_lambda(const ReadVariable& get) {
    return any_of(get, {"AWS_LAMBDA_RUNTIME_API"});
}

std::optional<std::string> is_lambda_web(const ReadVariable& get) {
    return any_of(get, {"AWS_LAMBDA_HTTP_ENDPOINT"});
}

std::optional<std::string> is_openedge(const ReadVariable& get) {
    if (get(openedge::argument)) return "-c gives its configuration";
    return any_of(get, {"OPENEDGE_SERVICE_NAME", "OPENEDGE_SERVICE_MODE",
                        "OPENEDGE_SERVICE_INSTANCE_NAME", "BAETYL_SERVICE_NAME",
                        "BAETYL_SERVICE_MODE", "BAETYL_SERVICE_INSTANCE_NAME", "BAETYL_RUN_MODE"});
}

// An empty secret is one: that of a server which is open.
std::optional<std::string> is_open_runtimes(const ReadVariable& get) {
    if (get("OPEN_RUNTIMES_SECRET")) return "OPEN_RUNTIMES_SECRET is set";
    return any_of(get, {"OPEN_RUNTIMES_ENV"});
}

std::optional<std::string> is_appwrite(const ReadVariable& get) {
    return any_of(get, {"APPWRITE_INTERNAL_RUNTIME_KEY", "INTERNAL_RUNTIME_KEY"}, true);
}

std::optional<std::string> is_impuls(const ReadVariable& get) {
    return any_of(get, {"RUNTIME_PORT"});
}

std::optional<std::string> is_fastcgi(const ReadVariable&) {
    int is_listening = 0;
    socklen_t size = sizeof is_listening;
    if (::getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0 ||
        is_listening == 0)
        return std::nullopt;
    return "standard input is a listening socket";
}

std::optional<std::string> is_http(const ReadVariable& get) {
    if (const auto port = get("PORT"); port && !port->empty()) return "PORT=" + *port;
    return "nothing else matched";
}

// The last row always matches.
constexpr std::array<Platform, 10> table = {{
    {"cgi", "CGI/1.1", "GATEWAY_INTERFACE and REQUEST_METHOD", is_cgi},
    {"vercel", "Vercel Fluid", "VERCEL_IPC_PATH", is_vercel},
    {"lambda", "AWS Lambda", "AWS_LAMBDA_RUNTIME_API", is_lambda},
    {"lambda-web", "AWS Lambda Web Functions", "AWS_LAMBDA_HTTP_ENDPOINT", is_lambda_web},
    {"openedge", "OpenEdge or Baetyl", "-c, OPENEDGE_SERVICE_* or BAETYL_SERVICE_*", is_openedge},
    {"open-runtimes", "Open Runtimes v3 to v5", "OPEN_RUNTIMES_SECRET or OPEN_RUNTIMES_ENV",
     is_open_runtimes},
    {"appwrite", "Appwrite or Open Runtimes v2",
     "APPWRITE_INTERNAL_RUNTIME_KEY or INTERNAL_RUNTIME_KEY", is_appwrite},
    {"impuls", "Impuls", "RUNTIME_PORT", is_impuls},
    {"fcgi", "FastCGI", "a listening socket as standard input", is_fastcgi},
    {"http", "live HTTP", "PORT, or nothing at all", is_http},
}};

const Platform& named(std::string_view name, std::string_view where) {
    if (const Platform* platform = find_platform(name)) return *platform;
    std::string known = "auto";
    std::vector<std::string_view> names = {"auto"};
    for (const Platform& row : table) {
        known.append(", ").append(row.name);
        names.push_back(row.name);
    }
    const std::string_view near = nearest_word(name, names);
    throw Error(std::string(where) + std::string(name) + " names no platform: " +
                (near.empty() ? "" : "did you mean " + std::string(near) + "? ") + "expected " +
                known);
}

}  // namespace

bool is_on(const ReadVariable& get, const std::string& name) {
    const std::string value = get(name).value_or("");
    if (!value.empty() && value != "on" && value != "off")
        throw Error(name + '=' + value + " is wrong: expected on or off");
    return value == "on";
}

std::span<const Platform> platforms() {
    return table;
}

const Platform* find_platform(std::string_view name) {
    auto it = std::find_if(table.begin(), table.end(),
                           [&](const Platform& platform) { return platform.name == name; });
    return it == table.end() ? nullptr : &*it;
}

std::vector<PlatformFinding> examine_platforms(const ReadVariable& get, std::string_view as) {
    const Platform* forced = nullptr;
    std::string why;
    const std::string variable = get("TURNGATE_AS").value_or("");
    if (!as.empty() && as != "auto") {
        forced = &named(as, "--as ");
        why = "--as " + std::string(as);
    } else if (as.empty() && !variable.empty() && variable != "auto") {
        forced = &named(variable, "TURNGATE_AS=");
        why = "TURNGATE_AS=" + variable;
    }
    std::vector<PlatformFinding> out;
    bool is_chosen = false;
    for (const Platform& platform : table) {
        PlatformFinding finding{&platform, false, {}};
        const auto found = platform.detect(get);
        if (&platform == forced) {
            finding = {&platform, true, why};
        } else if (found) {
            finding.chosen = !forced && !is_chosen;
            finding.reason = *found;
        } else {
            finding.reason = "needs " + std::string(platform.evidence);
        }
        is_chosen = is_chosen || finding.chosen;
        out.push_back(std::move(finding));
    }
    return out;
}

const Platform& detect_platform(const ReadVariable& get, std::string_view as) {
    const auto findings = examine_platforms(get, as);
    const auto chosen = std::find_if(findings.begin(), findings.end(),
                                     [](const PlatformFinding& f) { return f.chosen; });
    return *chosen->platform;
}

}  // namespace turngate

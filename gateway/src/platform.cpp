// The table of platforms.
#include "platform.h"

#include <algorithm>
#include <array>

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

std::optional<std::string> is_http(const ReadVariable& get) {
    if (const auto port = get("PORT"); port && !port->empty()) return "PORT=" + *port;
    return "nothing else matched";
}

// The last row always matches.
constexpr std::array<Platform, 2> table = {{
    {"cgi", "CGI/1.1", "GATEWAY_INTERFACE and REQUEST_METHOD", is_cgi},
    {"http", "live HTTP", "PORT, or nothing at all", is_http},
}};

const Platform& named(std::string_view name, std::string_view where) {
    if (const Platform* platform = find_platform(name)) return *platform;
    std::string known = "auto";
    std::vector<std::string_view> names = {"auto"};
    for (const Platform& platform : table) {
        known.append(", ").append(platform.name);
        names.push_back(platform.name);
    }
    const std::string_view near = nearest_word(name, names);
    throw Error(std::string(where) + std::string(name) + " names no platform: " +
                (near.empty() ? "" : "did you mean " + std::string(near) + "? ") + "expected " +
                known);
}

}  // namespace

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
    return *std::find_if(findings.begin(), findings.end(), [](const PlatformFinding& f) {
                return f.chosen;
            })->platform;
}

}  // namespace turngate

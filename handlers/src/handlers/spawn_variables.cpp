// What the environment says about spawned programs: one row each.
#include <algorithm>
#include <array>
#include <charconv>

#include "program_variables.h"
#include <turngate/handlers/spawned_upstream.h>

namespace turngate {
namespace {

const char* set_port(int& into, const std::string& value) {
    int port = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, port);
    if (error != std::errc() || stop != end || port < 1 || port > 65535)
        return "a number from 1 to 65535";
    into = port;
    return no_error;
}

const char* set_flag(bool& into, const std::string& value) {
    const std::string word = lower_case(value);
    const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (!is_one_of({"true", "1", "yes", "on", "false", "0", "no", "off"})) return "true or false";
    into = is_one_of({"true", "1", "yes", "on"});
    return no_error;
}

const char* set_protocol(SpawnOptions& options, const std::string& value) {
    if (!iequals(value, "http") && !iequals(value, "tcp")) return "http or tcp";
    options.readiness.protocol =
        iequals(value, "tcp") ? Readiness::Protocol::tcp : Readiness::Protocol::http;
    return no_error;
}

const char* set_readiness_path(SpawnOptions& options, const std::string& value) {
    const auto is_visible = [](char c) { return c > ' ' && c < 127 && c != '#'; };
    if (!std::all_of(value.begin(), value.end(), is_visible))
        return "a path as in a URL, such as /healthz";
    options.readiness.path = (value.starts_with('/') ? "" : "/") + value;
    return no_error;
}

const char* set_healthy(SpawnOptions& options, const std::string& value) {
    auto ranges = parse_status_ranges(value);
    if (!ranges) return "status codes and ranges of them, as 200,204,300-399";
    options.readiness.healthy = std::move(*ranges);
    return no_error;
}

const char* set_authorization_source(SpawnOptions& options, const std::string& value) {
    if (!is_token(value)) return "the name of a header";
    options.authorization_source = value;
    return no_error;
}

const char* set_removed_fields(SpawnOptions& options, const std::string& value) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at <= value.size();) {
        const std::size_t comma = std::min(value.find(',', at), value.size());
        std::string name = value.substr(at, comma - at);
        std::erase(name, ' ');
        if (!is_token(name)) return "names of headers, as server,x-powered-by";
        names.push_back(std::move(name));
        at = comma + 1;
    }
    options.removed_response_fields = std::move(names);
    return no_error;
}

constexpr std::array<SpawnVariable, 13> table = {{
    {"TURNGATE_UPSTREAM_PORT",
     {"AWS_LWA_PORT"},
     "a free one",
     "the port the program listens on; it is told by PORT",
     [](SpawnOptions& o, const std::string& v) { return set_port(o.port, v); }},
    {"TURNGATE_UPSTREAM_HOST",
     {"AWS_LWA_HOST"},
     "127.0.0.1",
     "the address it listens on; it is told by HOST",
     [](SpawnOptions& o, const std::string& v) { return o.host = v, no_error; }},
    {"TURNGATE_READINESS_CHECK_PORT",
     {"AWS_LWA_READINESS_CHECK_PORT", "READINESS_CHECK_PORT"},
     "the program's",
     "where it is asked whether it is ready",
     [](SpawnOptions& o, const std::string& v) { return set_port(o.readiness.port, v); }},
    {"TURNGATE_READINESS_CHECK_PATH",
     {"AWS_LWA_READINESS_CHECK_PATH", "READINESS_CHECK_PATH"},
     "/",
     "what is asked for",
     set_readiness_path},
    {"TURNGATE_READINESS_CHECK_PROTOCOL",
     {"AWS_LWA_READINESS_CHECK_PROTOCOL", "READINESS_CHECK_PROTOCOL"},
     "http",
     "http: a GET is answered; tcp: a connection is taken",
     set_protocol},
    {"TURNGATE_READINESS_CHECK_HEALTHY_STATUS",
     {"AWS_LWA_READINESS_CHECK_HEALTHY_STATUS"},
     "100-499",
     "the statuses that say it is ready, as 200,204,300-399",
     set_healthy},
    {"TURNGATE_START_TIMEOUT",
     {},
     "30s",
     "how long it may take until it is ready",
     [](SpawnOptions& o, const std::string& v) { return set_time(o.start_timeout, v); }},
    {"TURNGATE_STOP_TIMEOUT",
     {},
     "5s",
     "how long it may take to end after SIGTERM, before SIGKILL",
     [](SpawnOptions& o, const std::string& v) { return set_time(o.stop_timeout, v); }},
    {"TURNGATE_ASYNC_INIT",
     {"AWS_LWA_ASYNC_INIT", "ASYNC_INIT"},
     "false",
     "start to listen after 9.8 s even if it is not ready: requests wait",
     [](SpawnOptions& o, const std::string& v) { return set_flag(o.async_init, v); }},
    {"TURNGATE_REMOVE_BASE_PATH",
     {"AWS_LWA_REMOVE_BASE_PATH", "REMOVE_BASE_PATH"},
     "",
     "taken off the front of a path, once, at a segment's end",
     [](SpawnOptions& o, const std::string& v) { return o.base_path = v, no_error; }},
    {"TURNGATE_ENABLE_COMPRESSION",
     {"AWS_LWA_ENABLE_COMPRESSION"},
     "false",
     "gzip of text, from 32 bytes, except event streams",
     [](SpawnOptions& o, const std::string& v) { return set_flag(o.compress, v); }},
    {"TURNGATE_AUTHORIZATION_SOURCE",
     {"AWS_LWA_AUTHORIZATION_SOURCE"},
     "",
     "the request header whose value is moved to Authorization",
     set_authorization_source},
    {"TURNGATE_REMOVE_RESPONSE_HEADERS",
     {},
     "",
     "response headers that are left out, as server,x-powered-by",
     set_removed_fields},
}};

}  // namespace

std::span<const SpawnVariable> spawn_variables() {
    return table;
}

SpawnOptions spawn_options(
    const std::function<std::optional<std::string>(const std::string& name)>& get,
    SpawnOptions options) {
    read_variables(table, get, options);
    return options;
}

}  // namespace turngate

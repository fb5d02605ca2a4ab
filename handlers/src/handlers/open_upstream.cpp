// "http:", "https:" and "http+unix:": options of a proxy.
#include <array>

#include "handler_uri.h"
#include <turngate/handlers/upstream.h>

namespace turngate {
namespace {

constexpr std::size_t most = 100'000;

struct TimeOption {
    std::string_view name;
    std::chrono::milliseconds UpstreamOptions::*value;
    bool may_be_none;
};
constexpr std::array<TimeOption, 5> times = {{
    {"connect-timeout", &UpstreamOptions::connect_timeout, false},
    {"first-byte-timeout", &UpstreamOptions::first_byte_timeout, true},
    {"idle-timeout", &UpstreamOptions::idle_timeout, true},
    {"keep-alive", &UpstreamOptions::keep_alive, true},
    {"timeout", &UpstreamOptions::timeout, true},
}};

struct Policy {
    std::string_view name;
    ForwardedPolicy value;
};
constexpr std::array<Policy, 4> policies = {{{"replace", ForwardedPolicy::replace},
                                             {"append", ForwardedPolicy::append},
                                             {"keep", ForwardedPolicy::keep},
                                             {"none", ForwardedPolicy::none}}};

ForwardedPolicy policy(const std::string& option, const std::string& value) {
    for (const Policy& one : policies)
        if (one.name == value) return one.value;
    throw bad_value(option, value, "replace, append, keep or none");
}

bool set_time(UpstreamOptions& options, const std::string& name, const std::string& value) {
    for (const TimeOption& time : times) {
        if (time.name != name) continue;
        const auto read = time.may_be_none ? duration_or_none : duration;
        options.*time.value = read(name, value);
        return true;
    }
    return false;
}

}  // namespace

HandlerPtr open_upstream(const HandlerUri& uri) {
    UpstreamOptions options{.url = std::string(uri.scheme) + ':' + std::string(uri.encoded)};
    for (const auto& [name, value] : uri.options) {
        if (set_time(options, name, value)) continue;
        if (name == "max") {
            options.max_connections = count(name, value, 1, most);
        } else if (name == "queue") {
            options.max_waiting = count(name, value, 0, most);
        } else if (name == "idle") {
            options.max_idle = count(name, value, 0, most);
        } else if (name == "forwarded") {
            options.forwarded = policy(name, value);
        } else if (name == "host") {
            if (value != "client" && value != "url") throw bad_value(name, value, "client or url");
            options.preserve_host = value == "client";
        } else {
            throw unknown_option(uri.scheme, name,
                                 {"connect-timeout", "first-byte-timeout", "forwarded", "host",
                                  "idle", "idle-timeout", "keep-alive", "max", "queue", "timeout"});
        }
    }
    return upstream(std::move(options));
}

}  // namespace turngate

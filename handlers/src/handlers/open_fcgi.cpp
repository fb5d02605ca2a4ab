// "fcgi:": backends and options of a FastCGI client.
#include <algorithm>
#include <array>

#include "handler_uri.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/http/encoding.h>

namespace turngate {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most = 100'000;
constexpr std::string_view spawn = "fcgi:spawn";

struct TimeOption {
    std::string_view name;
    milliseconds FcgiOptions::*value;
    bool may_be_none;
};
constexpr std::array<TimeOption, 8> times = {{
    {"connect-timeout", &FcgiOptions::connect_timeout, false},
    {"keep-alive", &FcgiOptions::keep_alive, false},
    {"ping-interval", &FcgiOptions::ping_interval, false},
    {"queue-timeout", &FcgiOptions::queue_timeout, false},
    {"read-timeout", &FcgiOptions::read_timeout, true},
    {"restart-patience", &FcgiOptions::restart_patience, true},
    {"send-timeout", &FcgiOptions::send_timeout, false},
    {"timeout", &FcgiOptions::timeout, true},
}};

struct CountOption {
    std::string_view name;
    std::size_t FcgiOptions::*value;
    std::size_t least;
};
constexpr std::array<CountOption, 4> counts = {{
    {"keep", &FcgiOptions::keep, 0},
    {"keep-requests", &FcgiOptions::keep_requests, 1},
    {"max", &FcgiOptions::max_connections, 1},
    {"queue", &FcgiOptions::max_waiting, 0},
}};

struct SizeOption {
    std::string_view name;
    std::uint64_t FcgiOptions::*value;
};
constexpr std::array<SizeOption, 3> sizes = {{
    {"buffer-size", &FcgiOptions::buffer_file},
    {"buffer-total", &FcgiOptions::buffer_total},
    {"max-body", &FcgiOptions::max_body},
}};

struct TextOption {
    std::string_view name;
    std::string& (*value)(FcgiOptions&);
};
constexpr std::array<TextOption, 5> texts = {{
    {"document-root", [](FcgiOptions& o) -> std::string& { return o.script.root; }},
    {"ping", [](FcgiOptions& o) -> std::string& { return o.ping; }},
    {"script-filename", [](FcgiOptions& o) -> std::string& { return o.script.filename; }},
    {"script-name", [](FcgiOptions& o) -> std::string& { return o.script.name; }},
    {"spool-dir", [](FcgiOptions& o) -> std::string& { return o.spool_directory; }},
}};

struct Switch {
    std::string_view name;
    bool FcgiOptions::*value;
};
constexpr std::array<Switch, 3> switches = {{
    {"ignore-client-abort", &FcgiOptions::ignore_client_abort},
    {"request-buffer", &FcgiOptions::request_buffer},
    {"tolerate-missing-end", &FcgiOptions::tolerate_missing_end},
}};

// True if `name` is an option of that kind.
bool set_simple(FcgiOptions& options, const std::string& name, const std::string& value) {
    for (const TimeOption& time : times) {
        if (time.name != name) continue;
        const auto read = time.may_be_none ? duration_or_none : duration;
        options.*time.value = read(name, value);
        return true;
    }
    for (const CountOption& one : counts) {
        if (one.name != name) continue;
        options.*one.value = count(name, value, one.least, most);
        return true;
    }
    for (const SizeOption& one : sizes) {
        if (one.name != name) continue;
        options.*one.value = size(name, value);
        return true;
    }
    for (const TextOption& text : texts) {
        if (text.name != name) continue;
        text.value(options) = value;
        return true;
    }
    for (const Switch& one : switches) {
        if (one.name != name) continue;
        options.*one.value = value.empty() || is_on(name, value);  // the name alone is on
        return true;
    }
    return false;
}

FcgiOptions::Buffer buffer(const std::string& name, const std::string& value) {
    using Buffer = FcgiOptions::Buffer;
    if (value == "off") return Buffer::off;
    if (value == "memory") return Buffer::memory;
    if (value == "file") return Buffer::file;
    throw bad_value(name, value, "off, memory or file");
}

std::pair<std::string, std::string> param(const std::string& name, const std::string& value) {
    const std::size_t end = value.find('=');
    if (end == value.npos || end == 0) throw bad_value(name, value, "NAME=VALUE");
    return {value.substr(0, end), value.substr(end + 1)};
}

// Those of clients whose application is there, or not, whatever they do.
constexpr std::array<std::string_view, 11> not_spawned = {"connect-timeout",
                                                          "keep",
                                                          "keep-alive",
                                                          "keep-requests",
                                                          "max",
                                                          "ping",
                                                          "ping-interval",
                                                          "queue",
                                                          "queue-timeout",
                                                          "read-timeout",
                                                          "restart-patience"};

bool is_for_spawned(std::string_view option) {
    return std::find(not_spawned.begin(), not_spawned.end(), option) == not_spawned.end();
}

BadSetting unknown(std::string_view scheme, const std::string& name) {
    std::vector<std::string_view> known = {"buffer", "param"};
    for (const TimeOption& one : times)
        known.push_back(one.name);
    for (const CountOption& one : counts)
        known.push_back(one.name);
    for (const SizeOption& one : sizes)
        known.push_back(one.name);
    for (const TextOption& one : texts)
        known.push_back(one.name);
    for (const Switch& one : switches)
        known.push_back(one.name);
    known.insert(known.end(), ScriptOptions::names.begin(), ScriptOptions::names.end());
    std::sort(known.begin(), known.end());
    if (scheme == spawn)
        std::erase_if(known, [](std::string_view one) { return !is_for_spawned(one); });
    return unknown_option(scheme, name, known);
}

struct Options {
    FcgiOptions client;
    ScriptOptions scripts;
};

Options options_of(const HandlerUri& uri, std::string_view scheme) {
    Options out;
    const bool is_spawned = scheme == spawn;
    FcgiOptions& client = out.client;
    // PHP has few workers, each for one request at a time.
    client.request_buffer = is_spawned || uri.has("root");
    if (uri.has("root")) client.buffer = FcgiOptions::Buffer::file;
    for (const auto& [name, value] : uri.options) {
        if (is_spawned && !is_for_spawned(name)) throw unknown(scheme, name);
        if (set_simple(client, name, value) || out.scripts.set(name, value)) continue;
        if (name == "buffer")
            client.buffer = buffer(name, value);
        else if (name == "param")
            client.params.push_back(param(name, value));
        else
            throw unknown(scheme, name);
    }
    client.passes_file_fields = out.scripts.orders_files();
    return out;
}

}  // namespace

HandlerPtr open_fcgi(const HandlerUri& uri, std::function<void(Level, std::string_view)> log) {
    auto [client, scripts] = options_of(uri, uri.scheme);
    client.log = std::move(log);
    for (std::string_view rest = uri.encoded; !rest.empty();) {
        const std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        client.backends.push_back(percent_decode(one));
    }
    return std::move(scripts).wrap(fcgi_client(std::move(client)));
}

bool is_spawned_fcgi(std::string_view text) {
    return text.starts_with(spawn) && text.size() > spawn.size() &&
           (text[spawn.size()] == ':' || text[spawn.size()] == '?');
}

// The command is taken as it is, so that a colon of an option must be "%3A".
HandlerPtr open_spawned_fcgi(std::string_view text, FcgiSpawnOptions options) {
    const std::size_t end = std::min(text.find(':', spawn.size()), text.size());
    auto [client, scripts] = options_of(HandlerUri::split(text.substr(0, end)), spawn);
    options.command = text.substr(std::min(end + 1, text.size()));
    options.client = std::move(client);
    return std::move(scripts).wrap(spawned_fcgi(std::move(options)));
}

}  // namespace turngate

// "fcgi:": backends and options of a FastCGI client.
#include <algorithm>
#include <array>
#include <optional>

#include "handler_uri.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/http/encoding.h>

namespace turngate {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most = 100'000;

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

// True if `name` is an option of that kind.
bool set_simple(FcgiOptions& options, const std::string& name, const std::string& value) {
    for (const TimeOption& time : times) {
        if (time.name != name) continue;
        const bool is_none = time.may_be_none && value == "0";
        options.*time.value = is_none ? milliseconds(0) : duration(name, value);
        return true;
    }
    for (const CountOption& one : counts) {
        if (one.name != name) continue;
        options.*one.value = count(name, value, one.least, most);
        return true;
    }
    for (const TextOption& text : texts) {
        if (text.name != name) continue;
        text.value(options) = value;
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

Error unknown(const HandlerUri& uri, const std::string& name) {
    std::vector<std::string_view> known = {"buffer", "ignore-client-abort", "max-body", "param",
                                           "tolerate-missing-end"};
    for (const TimeOption& one : times)
        known.push_back(one.name);
    for (const CountOption& one : counts)
        known.push_back(one.name);
    for (const TextOption& one : texts)
        known.push_back(one.name);
    known.insert(known.end(), ScriptOptions::names.begin(), ScriptOptions::names.end());
    std::sort(known.begin(), known.end());
    return unknown_option(uri.scheme, name, known);
}

}  // namespace

HandlerPtr open_fcgi(const HandlerUri& uri, std::function<void(Level, std::string_view)> log) {
    FcgiOptions options{.log = std::move(log)};
    for (std::string_view rest = uri.encoded; !rest.empty();) {
        const std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        options.backends.push_back(percent_decode(one));
    }
    ScriptOptions scripts;
    std::optional<FcgiOptions::Buffer> buffering;
    for (const auto& [name, value] : uri.options) {
        if (set_simple(options, name, value) || scripts.set(name, value)) continue;
        if (name == "buffer")
            buffering = buffer(name, value);
        else if (name == "ignore-client-abort")
            options.ignore_client_abort = true;
        else if (name == "max-body")
            options.max_body = size(name, value);
        else if (name == "param")
            options.params.push_back(param(name, value));
        else if (name == "tolerate-missing-end")
            options.tolerate_missing_end = true;
        else
            throw unknown(uri, name);
    }
    // PHP has few workers, each for one request at a time.
    options.buffer = buffering.value_or(scripts.has_root() ? FcgiOptions::Buffer::file
                                                           : FcgiOptions::Buffer::off);
    options.passes_file_fields = scripts.orders_files();
    return std::move(scripts).wrap(fcgi_client(std::move(options)));
}

}  // namespace turngate

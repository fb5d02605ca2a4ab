// A handler by its name on the command line.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "handler_uri.h"
#include <turngate/handlers/cgi_directory.h>
#include <turngate/handlers/cgi_program.h>
#include <turngate/handlers/load_plugin.h>
#include <turngate/handlers/open_handler.h>
#include <turngate/handlers/spawned_fcgi.h>
#include <turngate/handlers/spawned_upstream.h>
#include <turngate/handlers/static_files.h>

namespace turngate {
namespace {

struct Scheme {
    std::string_view name;
    HandlerPtr (*open)(const HandlerUri&);  // null: open_fcgi()
    std::string_view names;                 // what stands behind the scheme, for messages
    std::string_view expected;
};
constexpr std::array<Scheme, 7> schemes = {{
    {"cgi", open_cgi, "no file", "cgi:PATH"},
    {"cgi-dir", open_cgi_directory, "no directory", "cgi-dir:DIR"},
    {"fcgi", nullptr, "no application", "fcgi:unix:PATH or fcgi:HOST:PORT"},
    {"files", open_files, "no directory", "files:DIR"},
    {"plugin", open_plugin, "no file", "plugin:PATH"},
    {"http", open_upstream, "no server", "http://HOST:PORT"},
    {"http+unix", open_upstream, "no socket", "http+unix:PATH"},
}};

constexpr std::string_view http_spawn = "http:spawn:";
constexpr std::string_view fcgi_spawn = "fcgi:spawn:";

std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

// Takes an option that all programs have; false if it is another.
bool take_program_option(CgiProgramOptions& options, const std::string& name,
                         const std::string& value) {
    if (name == "timeout")
        options.timeout = duration(name, value);
    else if (name == "inherit")
        options.inherit.push_back(value);
    else if (name == "max")
        options.max_processes = count(name, value, 1, 100'000);
    else if (name == "queue")
        options.max_waiting = count(name, value, 0, 1'000'000);
    else
        return false;
    return true;
}

}  // namespace

HandlerPtr open_cgi(const HandlerUri& uri) {
    CgiProgramOptions options{.path = uri.path};
    for (const auto& [name, value] : uri.options) {
        if (take_program_option(options, name, value)) continue;
        if (name != "arg")
            throw unknown_option(uri.scheme, name, {"arg", "inherit", "max", "queue", "timeout"});
        options.arguments.push_back(value);
    }
    return cgi_program(std::move(options));
}

HandlerPtr open_cgi_directory(const HandlerUri& uri) {
    CgiDirectoryOptions options{.root = uri.path};
    for (const auto& [name, value] : uri.options) {
        if (take_program_option(options.programs, name, value)) continue;
        if (name != "index")
            throw unknown_option(uri.scheme, name, {"index", "inherit", "max", "queue", "timeout"});
        options.index = value;
    }
    return cgi_directory(std::move(options));
}

HandlerPtr open_plugin(const HandlerUri& uri) {
    std::string config;
    for (const auto& [name, value] : uri.options) {
        if (name != "config") throw unknown_option(uri.scheme, name, {"config"});
        config = value;
    }
    return load_plugin(uri.path, config);
}

HandlerPtr open_files(const HandlerUri& uri) {
    StaticFilesOptions options{.root = uri.path};
    for (const auto& [name, value] : uri.options) {
        if (name == "index")
            options.index = value;
        else if (name == "cache-control")
            options.cache_control = value;
        else
            throw unknown_option(uri.scheme, name, {"cache-control", "index"});
    }
    return static_files(std::move(options));
}

HandlerPtr open_handler(std::string_view text, std::function<void(Level, std::string_view)> log,
                        std::function<void(const std::string&)> changed) {
    // First, for a command may have every character that means something in a URI.
    if (text.starts_with(http_spawn))
        return spawned_upstream(
            spawn_options(variable, {.command = std::string(text.substr(http_spawn.size())),
                                     .log = std::move(log),
                                     .changed = std::move(changed)}));
    if (text.starts_with(fcgi_spawn))
        return spawned_fcgi(
            fcgi_spawn_options(variable, {.command = std::string(text.substr(fcgi_spawn.size())),
                                          .log = std::move(log),
                                          .changed = std::move(changed)}));
    const HandlerUri uri = HandlerUri::split(text);
    const std::string quoted = '"' + without_user(text) + '"';
    std::vector<std::string_view> known;
    for (const Scheme& scheme : schemes) {
        if (scheme.name == uri.scheme && text.size() > scheme.name.size()) {
            if (uri.path.empty())
                throw Error(quoted + " names " + std::string(scheme.names) + ": expected " +
                            std::string(scheme.expected));
            return scheme.open ? scheme.open(uri) : open_fcgi(uri, std::move(log));
        }
        known.push_back(scheme.name);
    }
    if (uri.scheme == "https")
        throw Error(quoted + " wants TLS, which is not spoken here: expected http://HOST:PORT");
    if (text.find(':') == std::string_view::npos)
        throw Error(quoted + " does not say what kind of handler it is: did you mean " +
                    (text.ends_with(".so") ? "plugin:" : "cgi:") + std::string(text) + "?");
    throw Error(quoted + " is no kind of handler known here: " + suggest(uri.scheme, known));
}

}  // namespace turngate

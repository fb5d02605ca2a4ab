// A handler by its name on the command line.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include "handler_uri.h"
#include <turngate/handlers/cgi_directory.h>
#include <turngate/handlers/cgi_program.h>
#include <turngate/handlers/load_plugin.h>
#include <turngate/handlers/open_handler.h>
#include <turngate/handlers/spawned_fcgi.h>
#include <turngate/handlers/spawned_upstream.h>
#include <turngate/handlers/static_files.h>
#include <turngate/os/subprocess.h>

namespace turngate {
namespace {

struct Scheme {
    std::string_view name;
    HandlerPtr (*open)(const HandlerUri&);  // null: one that takes more
    std::string_view names;                 // what stands behind the scheme, for messages
    std::string_view expected;
};
constexpr std::array<Scheme, 8> schemes = {{
    {"cgi", open_cgi, "no file", "cgi:PATH"},
    {"cgi-dir", open_cgi_directory, "no directory", "cgi-dir:DIR"},
    {"fcgi", nullptr, "no application", "fcgi:unix:PATH or fcgi:HOST:PORT"},
    {"files", open_files, "no directory", "files:DIR"},
    {"plugin", nullptr, "no file", "plugin:PATH"},
    {"http", open_upstream, "no server", "http://HOST:PORT"},
    {"https", open_upstream, "no server", "https://HOST:PORT"},
    {"http+unix", open_upstream, "no socket", "http+unix:PATH"},
}};

constexpr std::string_view http_spawn = "http:spawn:";

std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

// The options of programs, and `another` of one scheme.
BadSetting unknown_program_option(const HandlerUri& uri, std::string_view name,
                                  std::string_view another) {
    std::vector<std::string_view> known = {"authorization", "inherit",    "max",
                                           "max-body",      "max-output", "queue",
                                           "queue-timeout", "spool-dir",  "timeout"};
    known.push_back(another);
    std::sort(known.begin(), known.end());
    return unknown_option(uri.scheme, name, known);
}

// Takes an option that all programs have; false if it is another.
bool take_program_option(CgiProgramOptions& options, const std::string& name,
                         const std::string& value) {
    if (name == "timeout")
        options.timeout = duration_or_none(name, value);
    else if (name == "authorization")
        options.pass_authorization = is_on(name, value);
    else if (name == "inherit")
        options.inherit.push_back(value);
    else if (name == "max")
        options.max_processes = count(name, value, 1, 100'000);
    else if (name == "max-body")
        options.max_body = size(name, value);
    else if (name == "max-output")
        options.max_output = size(name, value);
    else if (name == "queue")
        options.max_waiting = count(name, value, 0, 1'000'000);
    else if (name == "queue-timeout")
        options.queue_timeout = duration(name, value);
    else if (name == "spool-dir")
        options.spool_directory = value;
    else
        return false;
    return true;
}

// This program as the beginning of a command: its file, which is there even if it has been replaced
// or removed, or what it was called by where the loader was called to run it.
std::string own_command() {
    const std::string words = os::own_command_line();
    std::string command;
    for (std::size_t at = 0; at < words.size(); at = words.find('\0', at) + 1) {
        const std::string word = words.c_str() + at;
        const bool is_loaded = !command.empty();
        command += os::shell_word(word) + ' ';
        if (word != program_invocation_name) continue;
        if (is_loaded) return command;
        break;
    }
    return "/proc/" + std::to_string(::getpid()) + "/exe ";
}

}  // namespace

HandlerPtr open_cgi(const HandlerUri& uri) {
    CgiProgramOptions options{.path = uri.path};
    for (const auto& [name, value] : uri.options) {
        if (take_program_option(options, name, value)) continue;
        if (name != "arg") throw unknown_program_option(uri, name, "arg");
        options.arguments.push_back(value);
    }
    return cgi_program(std::move(options));
}

HandlerPtr open_cgi_directory(const HandlerUri& uri) {
    CgiDirectoryOptions options{.root = uri.path};
    for (const auto& [name, value] : uri.options) {
        if (take_program_option(options.programs, name, value)) continue;
        if (name != "index") throw unknown_program_option(uri, name, "index");
        options.index = value;
    }
    return cgi_directory(std::move(options));
}

// The server of a plug-in is run by this program's own command.
HandlerPtr open_plugin(const HandlerUri& uri, SpawnOptions server) {
    std::string config;
    for (const auto& [name, value] : uri.options) {
        if (name != "config") throw unknown_option(uri.scheme, name, {"config"});
        config = value;
    }
    if (!is_plugin_server(uri.path)) return load_plugin(uri.path, config);
    if (!config.empty())
        throw BadSetting("the plug-in " + uri.path +
                         " is a server, which gets no config: set a variable of the environment");
    server.command = "exec " + own_command() + "listen " +
                     os::shell_word(std::filesystem::absolute(uri.path).string());
    return spawned_upstream(spawn_options(variable, std::move(server)));
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
                        std::function<void(const std::string&)> changed, ProgramOutput output) {
    const bool is_inherited = output == ProgramOutput::inherited;
    const int server_output = is_inherited ? STDOUT_FILENO : STDERR_FILENO;
    // First, for a command may have every character that means something in a URI.
    if (text.starts_with(http_spawn))
        return spawned_upstream(
            spawn_options(variable, {.command = std::string(text.substr(http_spawn.size())),
                                     .output = server_output,
                                     .log = std::move(log),
                                     .changed = std::move(changed)}));
    if (is_spawned_fcgi(text))
        return open_spawned_fcgi(text,
                                 fcgi_spawn_options(variable, {.log = std::move(log),
                                                               .inherits_output = is_inherited,
                                                               .changed = std::move(changed)}));
    const HandlerUri uri = HandlerUri::split(text);
    const std::string quoted = '"' + without_user(text) + '"';
    std::vector<std::string_view> known;
    for (const Scheme& scheme : schemes) {
        if (scheme.name == uri.scheme && text.size() > scheme.name.size()) {
            if (uri.path.empty())
                throw Error(quoted + " names " + std::string(scheme.names) + ": expected " +
                            std::string(scheme.expected));
            if (scheme.open) return scheme.open(uri);
            if (uri.scheme == "fcgi") return open_fcgi(uri, std::move(log));
            return open_plugin(
                uri,
                {.output = server_output, .log = std::move(log), .changed = std::move(changed)});
        }
        known.push_back(scheme.name);
    }
    if (text.find(':') == std::string_view::npos)
        throw Error(quoted + " does not say what kind of handler it is: did you mean " +
                    (text.ends_with(".so") ? "plugin:" : "cgi:") + std::string(text) + "?");
    throw Error(quoted + " is no kind of handler known here: " + suggest(uri.scheme, known));
}

}  // namespace turngate

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/listen_options.h"
#include "cli/run_target.h"
#include "cli/words.h"
#include "open_target.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/http/encoding.h>

namespace turngate::cli {
namespace {

// Those of a URI with the same name.
constexpr Option own_options[] = {
    {.name = "root",
     .value = "DIR",
     .help = "PHP's document root: its scripts are run and its other files sent",
     .kind = Value::text},
    {.name = "index",
     .value = "FILE",
     .help = "answers for a directory, the first that is there [index.php, index.html]",
     .kind = Value::text,
     .repeatable = true},
    {.name = "try",
     .value = "PATH",
     .help = "answers where there is no file; empty for nothing [the first index, of the root]",
     .kind = Value::text},
    {.name = "files",
     .value = "WHEN",
     .help = "send files that are no scripts: on or off",
     .kind = Value::choice,
     .fallback = "on",
     .choices = words<"on", "off">},
    {.name = "cache-control",
     .value = "TEXT",
     .help = "that header field of such files",
     .kind = Value::text},
    {.name = "follow-symlinks", .help = "also those that lead out of the root, and absolute ones"},
    {.name = "sendfile",
     .value = "DIR",
     .help = "send files of DIR that a script names in X-Sendfile",
     .kind = Value::text},
    {.name = "accel",
     .value = "/PREFIX/=DIR",
     .help = "send files of DIR that a script names in X-Accel-Redirect, behind /PREFIX/",
     .kind = Value::text},
};

constexpr Option wait_options[] = {
    {.name = "wait",
     .value = "T",
     .help = "how long an application that is not there yet is waited for",
     .kind = Value::duration,
     .fallback = "10s"},
};

constexpr auto options = joined(platform_options, own_options, wait_options, limit_options);

constexpr std::string_view examples[] = {
    "front fcgi:unix:/run/php/php8.2-fpm.sock --root /srv/app",
    "front fcgi:127.0.0.1:9000 --root public --listen :8080",
    "front fcgi:spawn:'exec php-cgi' --root public",
    "front fcgi:unix:/run/app.sock",
};

constexpr std::string_view scheme = "fcgi:";
constexpr std::string_view spawn = "fcgi:spawn";

// The flags as options of a handler.
std::vector<std::pair<std::string, std::string>> file_options(const Arguments& arguments) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const char* name :
         {"root", "index", "try", "files", "cache-control", "sendfile", "accel"}) {
        if (!arguments.given(name)) continue;
        for (const std::string& value : arguments.all(name))
            all.emplace_back(name, value);
    }
    if (arguments.on("follow-symlinks")) all.emplace_back("follow-symlinks", "on");
    return all;
}

bool is_spawned(std::string_view uri) {
    return uri.starts_with(std::string(spawn) + ':') || uri.starts_with(std::string(spawn) + '?');
}

// Up to the command of a program that is started.
std::size_t end_of_options(std::string_view uri) {
    return is_spawned(uri) ? std::min(uri.find(':', spawn.size()), uri.size()) : uri.size();
}

std::string with_options(const Arguments& arguments, const std::string& uri) {
    const std::size_t end = end_of_options(uri);
    std::string out = uri.substr(0, end);
    char mark = out.find('?') == out.npos ? '?' : '&';
    for (const auto& [name, value] : file_options(arguments)) {
        out += std::exchange(mark, '&');
        out.append(name).append("=").append(percent_encode(value));
    }
    return out + uri.substr(end);
}

// Why nobody takes connections at any of the addresses in `uri`; empty: somebody does.
std::string obstacle(std::string_view uri) {
    std::string why;
    std::string_view rest = uri.substr(scheme.size(), uri.find('?') - scheme.size());
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        try {
            reach_fcgi(percent_decode(one), std::chrono::seconds(3));
            return {};
        } catch (const Error& e) {
            why = e.what();
        }
    }
    return why;
}

// Applications are started beside us, and need not be there first. Throws CommandError if `time` is
// over.
void wait_for_application(std::string_view uri, std::chrono::nanoseconds time,
                          const Environment& get) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds between_tries{50};
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
    bool is_told = false;
    for (std::string why; !(why = obstacle(uri)).empty();) {
        if (Clock::now() >= until)
            throw CommandError(exit_status::no_target, why,
                               "start the application; php-fpm's address is \"listen\" in its "
                               "pool's configuration");
        if (!std::exchange(is_told, true))
            target_log(get)(Level::warn, "waiting for the application: " + why);
        std::this_thread::sleep_for(between_tries);
    }
}

HandlerPtr open_front(const Invocation& invocation, const std::string& uri, const Environment& get,
                      std::chrono::nanoseconds wait, BackendChanged changed) {
    const std::string full = with_options(invocation.arguments, uri);
    HandlerPtr handler = open_target(full, nullptr, get, std::move(changed));
    if (!is_spawned(uri)) wait_for_application(uri, wait, get);
    return handler;
}

void check(const Arguments& arguments, std::string_view uri) {
    if (!uri.starts_with(scheme))
        throw CommandError(
            exit_status::usage,
            "front needs a FastCGI application, and " + std::string(uri) + " is none",
            "write fcgi:unix:/run/php/php8.2-fpm.sock or fcgi:127.0.0.1:9000; "
            "\"run\" takes every handler");
    const bool has_root =
        arguments.given("root") || uri.substr(0, end_of_options(uri)).find("root=") != uri.npos;
    for (std::string_view name :
         {"index", "try", "files", "cache-control", "follow-symlinks", "sendfile", "accel"})
        if (arguments.given(name) && !has_root)
            throw CommandError(exit_status::usage,
                               "--" + std::string(name) + " is about files, and there is no --root",
                               "add --root DIR");
}

int front(Invocation& invocation) {
    const std::string uri = served_target(invocation);
    check(invocation.arguments, uri);
    const Environment get = with_flags(invocation);
    std::chrono::nanoseconds wait = invocation.arguments.duration("wait");
    return run_target(invocation, uri, get, [&](BackendChanged changed) {
        // Once: while it is opened again, others serve, and may have to end.
        return open_front(invocation, uri, get, std::exchange(wait, {}), std::move(changed));
    });
}

}  // namespace

const Command front_command = {
    .name = "front",
    .operands = "FCGI-URI",
    .summary = "put a FastCGI application, such as PHP's, on every platform",
    .description =
        "What \"run\" does with the handler fcgi:..., whose options the flags are: serves HTTP, "
        "or what else the process was started for. With --root it is a web server of PHP: files "
        "are sent, scripts run by php-fpm, and the front controller has the rest.",
    .options = options,
    .examples = examples,
    .least_operands = 1,
    .most_operands = 1,
    .listens = true,
    .run = front,
};

}  // namespace turngate::cli

#include "cli/serve_watched.h"

#include <algorithm>
#include <memory>
#include <unistd.h>
#include <utility>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "open_target.h"
#include "systemd.h"
#include "watch/watched_server.h"
#include <turngate/os/socket.h>

namespace turngate::cli {
namespace {

// What the children must not have: each gets its own, or none.
std::vector<std::string> inherited_environment() {
    const std::string watch = environment_name("serve", "watch");
    const std::string_view dropped[] = {
        watch,           "LISTEN_FDS",   "LISTEN_PID",    "LISTEN_FDNAMES",
        "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", watched_variable};
    std::vector<std::string> out;
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text = *variable;
        if (std::find(std::begin(dropped), std::end(dropped), text.substr(0, text.find('='))) ==
            std::end(dropped))
            out.emplace_back(text);
    }
    return out;
}

// The files of Unix sockets that were made here go with this: children only inherit them.
class Paths {
  public:
    Paths() = default;
    Paths(const Paths&) = delete;
    Paths& operator=(const Paths&) = delete;
    ~Paths() {
        for (const std::string& path : all_)
            ::unlink(path.c_str());
    }
    void add(std::string path) { all_.push_back(std::move(path)); }

  private:
    std::vector<std::string> all_;
};

// Those that this process was given, as systemd does it, come before the addresses.
std::vector<os::Fd> listen_all(const std::vector<std::string>& addresses, Paths& made) {
    std::vector<os::Fd> sockets;
    for (const systemd::InheritedSocket& given : systemd::take_listen_sockets())
        sockets.emplace_back(given.fd);
    if (!sockets.empty()) return sockets;
    for (const std::string& address : addresses) {
        const os::Address place = os::Address::parse(address);
        sockets.push_back(os::listen_on(place));
        os::set_nonblocking(sockets.back().get());
        if (!place.path.empty()) made.add(place.path);
    }
    return sockets;
}

}  // namespace

std::vector<std::string> own_command_line(const Invocation& invocation, std::string_view without) {
    const Arguments& arguments = invocation.arguments;
    std::vector<std::string> line = {invocation.program, std::string(invocation.command.name)};
    for (const Option& option : invocation.command.options) {
        if (option.name == without || arguments.source(option.name) != Arguments::Source::flag)
            continue;
        const std::string flag = "--" + std::string(option.name);
        for (const std::string& value : arguments.all(option.name))
            line.push_back(value.empty() && option.optional ? flag : flag + '=' + value);
    }
    for (const std::string_view name : {"config", "profile"})
        if (arguments.source(name) == Arguments::Source::flag)
            line.push_back("--" + std::string(name) + '=' + std::string(arguments.text(name)));
    for (const std::string_view name : {"log-format", "log-level"})
        if (arguments.given(name))
            line.push_back("--" + std::string(name) + '=' + std::string(arguments.text(name)));
    if (invocation.verbosity < 0) line.push_back("--quiet");
    for (int i = 0; i < invocation.verbosity; ++i)
        line.push_back("--verbose");
    line.push_back(invocation.err.terminal().colored ? "--color=always" : "--color=never");
    line.push_back("--");
    const auto& operands = arguments.operands();
    line.insert(line.end(), operands.begin(), operands.end());
    return line;
}

int serve_watched(Invocation& invocation, const HttpOptions& http,
                  std::vector<std::string> patterns) {
    Paths made;
    watch::WatchedServerOptions options;
    options.patterns = std::move(patterns);
    options.program = own_path();
    options.arguments = own_command_line(invocation, "watch");
    options.environment = inherited_environment();
    options.first = {std::string(watched_variable) + "=first"};
    options.again = {std::string(watched_variable) + "=again"};
    options.sockets = listen_all(http.listen, made);
    options.grace = http.drain_timeout + std::chrono::seconds(5);
    options.hangup_ends = invocation.err.terminal().is_terminal;
    options.tell = [&](Level level, std::string_view what) {
        http.reporter->logged(Context(), level, what);
    };
    std::unique_ptr<systemd::Watchdog> watchdog;
    try {
        const auto notifier = systemd::Notifier::take();
        const std::string address = os::local_address(options.sockets.front().get()).text();
        options.ready = [&] {
            notifier.ready("listening on " + address);
            watchdog = std::make_unique<systemd::Watchdog>(notifier, [] { return true; });
        };
        options.stopping = [&] { notifier.stopping(); };
        return watch::run_watched_server(std::move(options));
    } catch (const CommandError&) {
        throw;
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(), "write --watch='src/**'");
    }
}

}  // namespace turngate::cli

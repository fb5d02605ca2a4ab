// replay --watch.
#include "cli/replay_watched.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/serve_watched.h"
#include "open_target.h"
#include "replay/glob.h"
#include "replay/golden_file.h"
#include "replay/interrupt.h"
#include "replay/printable.h"
#include "replay/source.h"
#include "watch/file_watch.h"
#include "watch/server_process.h"
#include <turngate/http/encoding.h>

namespace turngate::cli {
namespace {

namespace fs = std::filesystem;

constexpr int quiet = 100;  // milliseconds that files must rest before a run

// The file of "calls.ndjson:17"; any other path as it is.
std::string without_line(const std::string& input) {
    const auto colon = input.rfind(':');
    std::error_code ignored;
    if (colon == std::string::npos || fs::exists(input, ignored)) return input;
    const std::string path = input.substr(0, colon);
    return replay::has_event_lines(path) ? path : input;
}

// Of the events and the replies beside them.
void add_events(const std::string& input, std::vector<std::string>& patterns) {
    if (replay::is_stream(input))
        throw CommandError(exit_status::usage,
                           "--watch cannot watch " +
                               (input == "-" ? std::string("standard input") : input) +
                               ", which comes once",
                           "save the events to a file first");
    std::error_code ignored;
    if (fs::is_directory(input, ignored)) return patterns.push_back(input + '/');
    if (!fs::exists(input, ignored) && replay::is_glob(input)) return patterns.push_back(input);
    const std::string file = without_line(input);
    patterns.push_back(file);
    patterns.push_back(replay::golden_path(file));
}

std::vector<std::string> watched(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    std::vector<std::string> patterns;
    for (const std::string& input : arguments.operands())
        add_events(input, patterns);
    const std::string target(arguments.text("target"));
    if (target != "self" || invocation.self)
        for (std::string& file : target_files(target))
            patterns.push_back(std::move(file));
    for (const std::string_view scheme : {"cgi-dir:", "files:"})
        if (target.starts_with(scheme))
            patterns.push_back(
                percent_decode(target.substr(scheme.size(), target.find('?') - scheme.size())) +
                '/');
    return patterns;
}

std::string canonical(const std::string& path) {
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(path, ignored), ignored).string();
}

// What runs write themselves, but for expected replies, is no reason for another one.
class Written {
  public:
    explicit Written(const Arguments& arguments) {
        for (const std::string& report : arguments.all("report"))
            files_.push_back(canonical(report.substr(report.find('=') + 1)));
        if (arguments.given("save"))
            directory_ = canonical(std::string(arguments.text("save"))) + '/';
    }

    bool has(const std::string& path) const {
        if (path.ends_with(".new")) return true;
        const std::string name = canonical(path);
        return std::find(files_.begin(), files_.end(), name) != files_.end() ||
               (!directory_.empty() && name.starts_with(directory_));
    }

  private:
    std::vector<std::string> files_;
    std::string directory_;
};

// Returns how it has ended, as waitpid() has it.
int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

class WatchedReplay {
  public:
    explicit WatchedReplay(Invocation& invocation)
        : invocation_(invocation),
          written_(invocation.arguments),
          files_(watched(invocation)),
          command_{own_path(), command_line(invocation), environment(), sockets_, ""} {}

    int run() {
        for (;;) {
            const int status = run_once();
            if (interrupt_.signal() != 0) return 128 + interrupt_.signal();
            if (status == exit_status::usage) return status;  // no file makes that better
            std::string changed = next_change();
            if (changed.empty()) {
                say("watching   (Ctrl-C stops)");
                do {
                    if (!wait()) return 128 + interrupt_.signal();
                } while ((changed = next_change()).empty());
            }
            say(replay::printable(changed) + " changed");
        }
    }

  private:
    // No run has a tool for differences, whatever a file or the environment says: it would wait for
    // a terminal that is not its own.
    static std::vector<std::string> command_line(const Invocation& invocation) {
        std::vector<std::string> line = own_command_line(invocation, "watch");
        line.insert(line.begin() + 2, "--diff-tool=");  // behind the program and the command
        return line;
    }

    static std::vector<std::string> environment() {
        const std::string own = environment_name("replay", "watch") + '=';
        std::vector<std::string> out;
        for (char** variable = environ; *variable; ++variable)
            if (!std::string_view(*variable).starts_with(own)) out.emplace_back(*variable);
        out.push_back(own + "false");  // a configuration file may say otherwise
        return out;
    }

    void say(const std::string& text) {
        if (invocation_.verbosity < 0) return;
        const Terminal& terminal = invocation_.err.terminal();
        invocation_.err.write(std::string(terminal.glyph(Glyph::dot)) + ' ' + text + '\n');
        invocation_.err.flush();
    }

    // One run. Returns its exit status.
    int run_once() {
        const pid_t child = run_ = watch::start_server(command_);
        const os::Fd ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0U)));
        if (!ended) {
            const int error = errno;
            ::kill(child, SIGTERM);
            wait_for(child);
            throw std::system_error(error, std::generic_category(), "cannot wait for a run");
        }
        bool is_told = false;
        for (;;) {
            pollfd either[] = {{ended.get(), POLLIN, 0},
                               {is_told ? -1 : interrupt_.fd(), POLLIN, 0}};
            if (::poll(either, 2, -1) < 0) continue;
            if (either[0].revents != 0) break;
            ::kill(child, interrupt_.signal());
            is_told = true;
        }
        const int status = wait_for(child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    // False for a signal. Files have rested for a while otherwise.
    bool wait() {
        for (int timeout = -1;; timeout = quiet) {
            pollfd either[] = {{interrupt_.fd(), POLLIN, 0}, {files_.fd(), POLLIN, 0}};
            const int ready = ::poll(either, 2, timeout);
            if (ready < 0) continue;
            if (either[0].revents != 0) return false;
            if (ready == 0) return true;
            take_changes();
        }
    }

    // What the last run has put in place itself is none; what somebody else wrote meanwhile is one.
    void take_changes() {
        for (std::string& path : files_.take(
                 [this](std::string_view name) { return replay::is_replacement(name, run_); }))
            changed_.push_back(std::move(path));
    }

    // A file that has changed since the last call; empty if none has that counts.
    std::string next_change() {
        take_changes();
        std::vector<std::string> changed;
        changed.swap(changed_);
        for (std::string& path : changed)
            if (!written_.has(path)) return std::move(path);
        return {};
    }

    Invocation& invocation_;
    Written written_;
    const replay::Interrupt interrupt_;
    watch::FileWatch files_;
    std::vector<std::string> changed_;
    pid_t run_ = 0;  // the last one
    const std::vector<os::Fd> sockets_;
    watch::ServerCommand command_;
};

}  // namespace

int replay_watched(Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    if (arguments.given("diff-tool") && !arguments.text("diff-tool").empty())
        throw CommandError(
            exit_status::usage,
            "--watch and --diff-tool cannot be together: the runs have no terminal for a tool",
            "look at the differences in a run without --watch");
    try {
        return WatchedReplay(invocation).run();
    } catch (const CommandError&) {
        throw;
    } catch (const Error& e) {
        throw CommandError(exit_status::usage, e.what(),
                           "name files and directories that are there");
    }
}

}  // namespace turngate::cli

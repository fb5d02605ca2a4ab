#include "watch/watched_server.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "watch/file_watch.h"
#include "watch/ready_socket.h"
#include <turngate/os/subprocess.h>

namespace turngate::watch {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

os::Fd open_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD})
        ::sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    os::Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) throw std::system_error(errno, std::generic_category(), "cannot wait for signals");
    return fd;
}

std::string text_of(milliseconds time) {
    return std::to_string(time.count()) + " ms";
}

class WatchedServer {
  public:
    explicit WatchedServer(WatchedServerOptions options)
        : options_(std::move(options)),
          sockets_(out_of_the_way(std::move(options_.sockets))),
          signals_(open_signals()),
          files_(options_.patterns) {}

    WatchedServer(const WatchedServer&) = delete;
    WatchedServer& operator=(const WatchedServer&) = delete;
    ~WatchedServer() {
        for (const Server& server : servers_) {
            ::kill(-server.pid, SIGKILL);
            ::waitpid(server.pid, nullptr, 0);
        }
    }

    int run() {
        start("");
        while (!result_) {
            pollfd events[] = {
                {signals_.get(), POLLIN, 0}, {files_.fd(), POLLIN, 0}, {ready_.fd(), POLLIN, 0}};
            if (::poll(events, 3, wait_time()) < 0) continue;  // EINTR
            take_signals();
            while (const auto pid = ready_.take())
                become_current(*pid);
            for (const std::string& path : files_.take())
                note_change(path);
            look_at_clock();
        }
        return *result_;
    }

  private:
    enum class State { starting, current, stopping, discarded };
    struct Server {
        pid_t pid;
        State state;
        Clock::time_point since;  // of this state
        std::string why;          // the change that it was started for
    };

    Server* in(State state) {
        const auto it = std::find_if(servers_.begin(), servers_.end(),
                                     [&](const Server& s) { return s.state == state; });
        return it == servers_.end() ? nullptr : &*it;
    }

    static void set(Server& server, State state) {
        server.state = state;
        server.since = Clock::now();
    }

    void start(const std::string& why) {
        std::vector<std::string> environment = options_.environment;
        const auto& more = has_started_ ? options_.again : options_.first;
        environment.insert(environment.end(), more.begin(), more.end());
        try {
            const pid_t pid = start_server({options_.program, options_.arguments,
                                            std::move(environment), sockets_, ready_.address()});
            servers_.push_back({pid, State::starting, Clock::now(), why});
        } catch (const std::system_error& e) {
            if (!has_started_) throw;
            options_.tell(Level::error, e.what());
        }
    }

    static void stop(Server& server) {
        ::kill(server.pid, SIGTERM);
        if (server.state != State::stopping) set(server, State::stopping);
    }

    static void discard(Server& server) {
        ::kill(-server.pid, SIGKILL);
        set(server, State::discarded);
    }

    // One that drains already is not told again, for a second SIGTERM ends it at once; unless it is
    // `forced` to.
    static void end(Server& server, bool forced) {
        if (server.state == State::starting) discard(server);
        if (server.state == State::current || (server.state == State::stopping && forced))
            stop(server);
    }

    // -- what happens --

    void become_current(pid_t pid) {
        const auto it = std::find_if(servers_.begin(), servers_.end(), [&](const Server& server) {
            return server.pid == pid && server.state == State::starting;
        });
        if (it == servers_.end()) return;
        const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - it->since);
        const std::string reason = it->why.empty() ? "" : it->why + " changed: ";
        options_.tell(has_started_ ? Level::info : Level::debug,
                      reason + (has_started_ ? "restarted in " : "started in ") + text_of(took));
        if (!std::exchange(has_started_, true)) options_.ready();
        if (Server* before = in(State::current)) stop(*before);
        set(*it, State::current);
    }

    void note_change(const std::string& path) {
        if (changed_.empty()) changed_ = path;
        start_at_ = Clock::now() + options_.quiet;
    }

    void take_signals() {
        signalfd_siginfo info;
        while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
            const auto signal = static_cast<int>(info.ssi_signo);
            if (signal == SIGHUP && !options_.hangup_ends) {
                start_at_ = Clock::now();
            } else if (signal != SIGCHLD) {
                const bool is_second = std::exchange(is_ending_, true);
                if (!is_second) options_.stopping();
                for (Server& server : servers_)
                    end(server, is_second);
            }
        }
        reap();
    }

    void reap() {
        for (std::size_t i = 0; i < servers_.size();) {
            int status = 0;
            if (::waitpid(servers_[i].pid, &status, WNOHANG) != servers_[i].pid) {
                ++i;
                continue;
            }
            const Server server = servers_[i];
            servers_.erase(servers_.begin() + static_cast<std::ptrdiff_t>(i));
            ::kill(-server.pid, SIGKILL);  // what it has left behind
            ended(server, {WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                           WIFSIGNALED(status) ? WTERMSIG(status) : 0});
        }
        if (is_ending_ && servers_.empty() && !result_) result_ = worst_;
    }

    void ended(const Server& server, const os::ExitStatus& status) {
        const int code = status.signal != 0 ? 128 + status.signal : status.code;
        if (server.state == State::stopping) {
            worst_ = std::max(worst_, code);
            return;
        }
        if (is_ending_) return;
        if (!has_started_) {
            result_ = code == 0 ? 1 : code;
            return;
        }
        if (server.state == State::discarded) return;
        if (server.state == State::starting) {
            options_.tell(Level::error, "the new server " + os::describe(status) +
                                            (in(State::current) ? ": the old one goes on"
                                                                : ": waiting for a change"));
            return;
        }
        // Soon the first time, later the more often it happens.
        if (Clock::now() - server.since > std::chrono::seconds(5)) pause_ = milliseconds(0);
        options_.tell(Level::error, "the server " + os::describe(status) + ": it is started again");
        start_at_ = Clock::now() + pause_;
        pause_ = std::clamp(pause_ * 2, milliseconds(100), milliseconds(5000));
    }

    // -- what is due --

    int wait_time() const {
        std::optional<Clock::time_point> next = start_at_;
        const auto consider = [&](Clock::time_point time) {
            next = next ? std::min(*next, time) : time;
        };
        for (const Server& server : servers_) {
            if (server.state == State::starting) consider(server.since + options_.patience);
            if (server.state == State::stopping) consider(server.since + options_.grace);
        }
        if (!next) return -1;
        const auto left = std::chrono::ceil<milliseconds>(*next - Clock::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    }

    void look_at_clock() {
        const auto now = Clock::now();
        for (Server& server : servers_) {
            if (server.state == State::starting && now >= server.since + options_.patience) {
                options_.tell(Level::error,
                              "the new server is not ready after " + text_of(options_.patience));
                discard(server);
            } else if (server.state == State::stopping && now >= server.since + options_.grace) {
                ::kill(-server.pid, SIGKILL);
                server.since = now;
            }
        }
        if (!start_at_ || now < *start_at_) return;
        start_at_.reset();
        if (is_ending_) return;
        // One that is still starting has read files that are old by now.
        if (Server* candidate = in(State::starting); candidate && has_started_)
            discard(*candidate);
        else if (candidate)
            return note_change(changed_);  // the first one: its fate decides
        start(std::exchange(changed_, {}));
    }

    WatchedServerOptions options_;
    std::vector<os::Fd> sockets_;
    os::Fd signals_;
    FileWatch files_;
    ReadySocket ready_;
    std::vector<Server> servers_;
    std::string changed_;                        // the first file that did
    std::optional<Clock::time_point> start_at_;  // of the next server
    milliseconds pause_{0};                      // before one that died is started again
    bool has_started_ = false;
    bool is_ending_ = false;
    int worst_ = 0;
    std::optional<int> result_;
};

}  // namespace

int run_watched_server(WatchedServerOptions options) {
    return WatchedServer(std::move(options)).run();
}

}  // namespace turngate::watch

// An HTTP server that is a child of ours as a handler: started, watched, restarted and stopped.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/handlers/program_variable.h>
#include <turngate/handlers/status_range.h>
#include <turngate/http/context.h>
#include <turngate/http/error.h>
#include <turngate/http/handler.h>
#include <turngate/os/subprocess.h>

namespace turngate {

// When a program counts as ready: it answers a GET with a healthy status, or takes a connection.
struct Readiness {
    enum class Protocol { http, tcp };

    Protocol protocol = Protocol::http;
    int port = 0;  // 0: the one it serves on
    std::string path = "/";
    std::vector<StatusRange> healthy = {{100, 499}};
};

struct SpawnOptions {
    std::string command = {};  // for /bin/sh -c
    std::string host = "127.0.0.1";
    int port = 0;  // what it serves on, as it is told by PORT; 0: a free one, another each time
    Readiness readiness = {};
    bool async_init = false;     // do not wait longer than `async_wait` when it starts first
    std::string base_path = {};  // taken off the front of each path that has it
    bool compress = false;       // gzip
    std::string authorization_source = {};  // a request field that becomes Authorization
    std::vector<std::string> removed_response_fields = {};

    std::chrono::milliseconds start_timeout{30'000};  // to become ready
    std::chrono::milliseconds stop_timeout{5'000};    // between SIGTERM and SIGKILL

    // Below: not from the environment.
    std::chrono::milliseconds async_wait{9'800};
    std::chrono::milliseconds probe_interval{10};
    std::chrono::milliseconds notice_interval{2'000};
    std::chrono::milliseconds first_delay{100};  // before a restart; doubles each time
    std::chrono::milliseconds longest_delay{10'000};
    std::chrono::milliseconds steady_after{10'000};  // ready for so long: the first delay again
    std::size_t max_waiting = 256;  // requests that wait for it; one past that is answered with 503

    // Descriptors for what it prints, which is not touched. Its output is not ours, which may be an
    // answer.
    int output = 2;
    int error = 2;
    std::function<void(Level, std::string_view)> log = {};

    // Hears why the program cannot be asked now, and an empty text when it can: first when
    // spawned_upstream() returns, then from another thread. Must not ask the handler.
    std::function<void(const std::string& obstacle)> changed = {};

    // The proxy to "http://127.0.0.1:41234". Empty: upstream().
    std::function<HandlerPtr(std::string url)> open = {};
};

// Aliases are Lambda Web Adapter's names.
using SpawnVariable = ProgramVariable<SpawnOptions>;

// Valid for ever, in the order of the documentation.
std::span<const SpawnVariable> spawn_variables();

// `options` as the environment changes them: of the names for one thing the first that is set, and
// not empty, counts. Throws Error that names the variable and the rule.
SpawnOptions spawn_options(
    const std::function<std::optional<std::string>(const std::string& name)>& get,
    SpawnOptions options = {});

// Why a program was given up before it was ready once.
class SpawnFailure : public Error {
  public:
    SpawnFailure(const std::string& message, std::optional<os::ExitStatus> status,
                 std::string address, std::chrono::milliseconds patience)
        : Error(message), status_(status), address_(std::move(address)), patience_(patience) {}

    // How it ended; absent if it runs, and did not listen in time, or was not started at all.
    const std::optional<os::ExitStatus>& status() const noexcept { return status_; }

    // Where it was to listen, "127.0.0.1:41234"; empty if it was not started.
    const std::string& address() const noexcept { return address_; }

    // How long it had.
    std::chrono::milliseconds patience() const noexcept { return patience_; }

  private:
    std::optional<os::ExitStatus> status_;
    std::string address_;
    std::chrono::milliseconds patience_;
};

// Starts options.command with our environment, PORT and HOST, in a process group of its own, and
// waits until it is ready. While it is not, because it has died and starts again, requests wait:
// 504 at their deadline, 503 after start_timeout. The process that dies while it answers breaks
// that answer as any upstream does.
//
// The handler's destructor sends SIGTERM to the group, waits for all of it, and kills what is left
// after stop_timeout. To replace a program open a second handler, which returns when it is ready,
// and let go of the first one, which ends with its last request. Should we be killed the group is
// killed, too; only a process with a session of its own (setsid) can escape.
//
// Throws SpawnFailure, one sentence, if it ends, or is not ready in time, before it was ready once.
HandlerPtr spawned_upstream(SpawnOptions options);

}  // namespace turngate

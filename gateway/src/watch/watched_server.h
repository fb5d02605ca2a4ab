// A server that is started anew whenever files change, without losing a request.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "watch/server_process.h"
#include <turngate/http/context.h>

namespace turngate::watch {

struct WatchedServerOptions {
    std::vector<std::string> patterns;  // see FileWatch
    // As ServerCommand has them.
    std::string program;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::vector<std::string> first = {};         // more environment, for the first server
    std::vector<std::string> again = {};         // more environment, for all others
    std::vector<os::Fd> sockets;                 // listening
    std::chrono::milliseconds quiet{100};        // how long files must rest before a new start
    std::chrono::milliseconds patience{30'000};  // for a server to become ready
    std::chrono::milliseconds grace{15'000};     // for one that was told to stop, then SIGKILL
    bool hangup_ends = false;                    // SIGHUP is as SIGTERM, for the terminal has gone
    // What happens, a sentence each.
    std::function<void(Level, std::string_view)> tell = [](Level, std::string_view) {};
    std::function<void()> ready = [] {};     // the first server is
    std::function<void()> stopping = [] {};  // all servers are to end
};

// Runs until SIGTERM or SIGINT, which it hands on to its servers; a second one as well. SIGHUP
// starts a new server as a change does. These and SIGCHLD stay blocked when it returns.
//
// On a change a new server is started on the same sockets. When it says READY=1 the old one gets
// SIGTERM and finishes what it has begun; one that does not start is told of and the old one
// stays. A server that dies is started again, with pauses that grow.
//
// Returns the exit status: of the first server if it does not start, else 0 if every server ended
// well after it was told to stop. Throws Error for a pattern that cannot be watched and
// std::system_error.
int run_watched_server(WatchedServerOptions options);

}  // namespace turngate::watch

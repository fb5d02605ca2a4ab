// A server in a process of its own, which gets its listening sockets from this one.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include <turngate/os/fd.h>

namespace turngate::watch {

// How each of the servers is started, one after the other.
struct ServerCommand {
    std::string program;                   // a path
    std::vector<std::string> arguments;    // with the program's own name in front
    std::vector<std::string> environment;  // "NAME=value", without what is added
    const std::vector<os::Fd>& sockets;    // descriptors 3 and on of the server, as LISTEN_FDS
                                           // says; must be above those
    std::string ready_address;             // NOTIFY_SOCKET; empty: none, nor LISTEN_FDS
};

// Starts one, in a process group of its own, so that Ctrl-C reaches this process alone. It gets
// SIGTERM when the thread that has started it ends. Returns its process, which must be waited for.
// Throws std::system_error with the errno of execve().
pid_t start_server(const ServerCommand& command);

// `sockets` with numbers that leave room for as many from 3 on. Throws std::system_error.
std::vector<os::Fd> out_of_the_way(std::vector<os::Fd> sockets);

}  // namespace turngate::watch

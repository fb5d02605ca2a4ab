// Where a server listens.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/os/socket.h>

namespace turngate {

struct ServerAddress {
    std::string text;  // as it was given, for messages
    std::string host;  // a name, or an address without brackets; empty: a Unix socket
    os::Address unix_socket;
    int port = 80;

    // Each returns the rule that is broken, or null.
    const char* set_socket(std::string path);
    // "name", "name:9000", "[::1]:9000". REQUIRES is_host(); without a port it stays as it is.
    const char* set_authority(std::string_view authority);

    // What to try, in this order; asks the resolver for a name, which takes as long as it takes.
    // Throws Error if it has none.
    std::vector<os::Address> addresses() const;

    // Whether the resolver has to be asked.
    bool is_name() const;

    // A connection, to see whether somebody takes it. Waits so long for the resolver and for each
    // address. Throws Error, one sentence, if nobody does.
    os::Fd reach(std::chrono::milliseconds patience) const;
};

}  // namespace turngate

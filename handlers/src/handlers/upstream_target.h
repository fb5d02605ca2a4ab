// Where an upstream is: its URL, taken apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <turngate/os/socket.h>

namespace turngate {

struct UpstreamTarget {
    std::string text;       // as it was given, for messages
    std::string authority;  // for a Host field: "name:9000"
    std::string host;       // a name, or an address without brackets; empty: a Unix socket
    std::string base;       // before every path: "" or "/base", without a '/' at its end
    os::Address unix_socket;
    int port = 80;

    // Throws Error naming the rule.
    static UpstreamTarget parse(std::string_view url);

    // What to try, in this order; asks the resolver only for a name. Throws Error if it has none.
    std::vector<os::Address> addresses() const;
};

}  // namespace turngate

// Where an upstream is: its URL, taken apart.
#pragma once

#include <string>
#include <string_view>

#include <turngate/handlers/server_address.h>

namespace turngate {

struct UpstreamTarget : ServerAddress {
    bool is_secure = false;  // by TLS
    std::string authority;   // for a Host field: "name:9000"
    std::string base;        // before every path: "" or "/base", without a '/' at its end

    // Throws Error naming the rule.
    static UpstreamTarget parse(std::string_view url);
};

}  // namespace turngate

// What the mapping of requests to variables and the one back agree on.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include <turngate/http/headers.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::cgi {

// Not for a program: what is about the connection, what CGI has a variable of its own for, and
// "Proxy", which would become HTTP_PROXY (CVE-2016-5385). Front servers send some of them to a
// responder, too: nginx passes "Transfer-Encoding: chunked" with a body that is decoded already.
inline bool is_private(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 5> fields = {"Proxy", "Expect", "Content-Type",
                                                        "Content-Length", "Proxy-Authorization"};
    return is_hop_by_hop(name) ||
           std::any_of(fields.begin(), fields.end(),
                       [&](std::string_view field) { return iequals(field, name); });
}

// True for what SERVER_NAME may be: a name, or an address, perhaps in brackets.
inline bool is_server_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view("-._:[]").find(c) != std::string_view::npos;
    });
}

}  // namespace turngate::cgi

#include "server_address.h"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <system_error>

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/IPAddress.h>

#include <turngate/http/error.h>

namespace turngate {
namespace {

bool is_address(const std::string& host) {
    in6_addr ignored;
    return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

}  // namespace

const char* ServerAddress::set_socket(std::string path) {
    constexpr std::size_t longest = 107;
    if (path.empty() || path.find('\0') != std::string::npos)
        return "the path of the Unix socket is missing or has a NUL";
    if (path.size() > longest) return "the path of a Unix socket has 107 bytes at most";
    unix_socket.path = std::move(path);
    return nullptr;
}

const char* ServerAddress::set_authority(std::string_view authority) {
    host = authority;
    const std::size_t colon = authority.rfind(':');
    if (colon != authority.npos && authority.find(']', colon) == authority.npos) {
        host = authority.substr(0, colon);
        const char* const end = authority.data() + authority.size();
        const auto [rest, error] = std::from_chars(authority.data() + colon + 1, end, port);
        if (error != std::errc() || rest != end || port < 1 || port > 65535)
            return "a port is a number from 1 to 65535";
    }
    if (host.starts_with('[')) {
        host = host.substr(1, host.size() - 2);
        if (!is_address(host)) return "what is in brackets is no IPv6 address";
    }
    return nullptr;
}

std::vector<os::Address> ServerAddress::addresses() const {
    if (host.empty()) return {unix_socket};
    if (is_address(host)) return {{.host = host, .port = port}};
    // What every resolver says of it, and some servers take only one of the two.
    if (host == "localhost")
        return {{.host = "127.0.0.1", .port = port}, {.host = "::1", .port = port}};
    std::vector<os::Address> out;
    try {
        const Poco::Net::HostEntry entry = Poco::Net::DNS::hostByName(host);
        for (const auto& address : entry.addresses())
            out.push_back({.host = address.toString(), .port = port});
    } catch (const Poco::Exception& e) {
        throw Error("the name " + host + " is not known: " + e.displayText());
    }
    if (out.empty()) throw Error("the name " + host + " has no address");
    return out;
}

void ServerAddress::reach(std::chrono::milliseconds patience) const {
    std::string problem;
    for (const os::Address& address : addresses()) {
        try {
            os::connect_to(address, patience);
            return;
        } catch (const std::system_error& e) {
            problem = "cannot connect to " + address.text() + ": " + e.code().message();
        }
    }
    throw Error(text + ": " + problem);
}

}  // namespace turngate

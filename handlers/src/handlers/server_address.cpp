#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <system_error>
#include <utility>

#include "name_lookup.h"
#include <turngate/handlers/server_address.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

bool is_address(const std::string& host) {
    in6_addr ignored;
    return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

// The addresses of a name in the order in which RFC 6724 would have them tried. Throws Error.
std::vector<std::string> resolve(const std::string& name) {
#ifdef TURNGATE_STATIC
    throw Error("the name " + name +
                " is not looked up by a static build, which would need the shared libraries of "
                "the system for it: write an address");
#else
    addrinfo hints{};
    hints.ai_flags = AI_ADDRCONFIG;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
    if (error != 0) throw Error("the name " + name + " is not known: " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, ::freeaddrinfo);
    std::vector<std::string> out;
    for (const addrinfo* one = list; one; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST) == 0)
            out.emplace_back(text.data());
    }
    return out;
#endif
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

bool ServerAddress::is_name() const {
    return !host.empty() && !is_address(host) && host != "localhost";
}

std::vector<os::Address> ServerAddress::addresses() const {
    if (host.empty()) return {unix_socket};
    if (is_address(host)) return {{.host = host, .port = port}};
    // What every resolver says of it, and some servers take only one of the two.
    if (host == "localhost")
        return {{.host = "127.0.0.1", .port = port}, {.host = "::1", .port = port}};
    std::vector<os::Address> out;
    for (std::string& address : resolve(host))
        out.push_back({.host = std::move(address), .port = port});
    if (out.empty()) throw Error("the name " + host + " has no address");
    return out;
}

os::Fd ServerAddress::reach(std::chrono::milliseconds patience) const {
    std::string problem;
    const auto all = NameLookup(*this).addresses(NameLookup::Clock::now() + patience, {});
    for (const os::Address& address : *all) {
        try {
            return os::connect_to(address, patience);
        } catch (const std::system_error& e) {
            problem = "cannot connect to " + address.text() + ": " + e.code().message();
        }
    }
    throw Error(text + ": " + problem);
}

}  // namespace turngate

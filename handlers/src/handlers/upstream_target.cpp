// "http://host:port/base" and "http+unix:/path:/base".
#include "upstream_target.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/IPAddress.h>

#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/url.h>

namespace turngate {
namespace {

constexpr std::string_view tcp = "http://", local = "http+unix:";

bool is_address(const std::string& host) {
    in6_addr ignored;
    return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

Error refusal(std::string_view url, const std::string& why) {
    return Error("\"" + std::string(url) + "\" is no upstream: " + why);
}

std::string parse_base(std::string_view url, std::string_view path) {
    const bool visible =
        std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (!visible || path.find_first_of("?#") != path.npos)
        throw refusal(url, "its base is a path, encoded, without a query");
    while (path.ends_with('/'))
        path.remove_suffix(1);
    return std::string(path);
}

void parse_unix(UpstreamTarget& out, std::string_view rest) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    out.unix_socket.path = percent_decode(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    if (!rest.empty() && !rest.starts_with('/'))
        throw refusal(out.text,
                      "behind the socket's path stands a base, as in /run/app.sock:/base");
    out.base = parse_base(out.text, rest);
    out.authority = "localhost";
    if (out.unix_socket.path.empty() || out.unix_socket.path.find('\0') != std::string::npos)
        throw refusal(out.text, "the path of the Unix socket is missing or has a NUL");
    constexpr std::size_t longest = 107;
    if (out.unix_socket.path.size() > longest)
        throw refusal(out.text, "the path of a Unix socket has 107 bytes at most");
}

void parse_tcp(UpstreamTarget& out, std::string_view rest) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view authority = rest.substr(0, slash);
    out.base = parse_base(out.text, rest.substr(slash));
    if (authority.find('@') != authority.npos)
        throw Error(
            "the URL of an upstream has no user name, for it would be logged: expected "
            "http://HOST:PORT/BASE");
    if (!is_host(authority)) throw refusal(out.text, "expected http://HOST:PORT/BASE");
    out.authority = authority;
    out.host = authority;
    const std::size_t colon = authority.rfind(':');
    if (colon != authority.npos && authority.find(']', colon) == authority.npos) {
        out.host = authority.substr(0, colon);
        const char* const end = authority.data() + authority.size();
        const auto [rest_of_port, error] =
            std::from_chars(authority.data() + colon + 1, end, out.port);
        if (error != std::errc() || rest_of_port != end || out.port < 1 || out.port > 65535)
            throw refusal(out.text, "a port is a number from 1 to 65535");
    }
    if (out.host.starts_with('[')) {
        out.host = out.host.substr(1, out.host.size() - 2);
        if (!is_address(out.host))
            throw refusal(out.text, "what is in brackets is no IPv6 address");
    }
}

}  // namespace

UpstreamTarget UpstreamTarget::parse(std::string_view url) {
    UpstreamTarget out;
    out.text = url;
    if (url.starts_with(local))
        parse_unix(out, url.substr(local.size()));
    else if (url.starts_with(tcp))
        parse_tcp(out, url.substr(tcp.size()));
    else if (url.starts_with("https:"))
        throw refusal(url,
                      "TLS is not spoken here; give the address behind it as http://HOST:PORT");
    else
        throw refusal(url, "expected http://HOST:PORT/BASE or http+unix:PATH");
    return out;
}

std::vector<os::Address> UpstreamTarget::addresses() const {
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

}  // namespace turngate

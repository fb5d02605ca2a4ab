// "http://host:port/base", "https://host:port/base" and "http+unix:/path:/base".
#include "upstream_target.h"

#include <algorithm>

#include "handler_uri.h"
#include <turngate/http/encoding.h>
#include <turngate/http/error.h>
#include <turngate/http/url.h>

namespace turngate {
namespace {

constexpr std::string_view tcp = "http://", secure = "https://", local = "http+unix:";

Error refusal(std::string_view url, const std::string& why) {
    return Error('"' + without_user(url) + "\" is no upstream: " + why);
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
    const std::string path = percent_decode(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    if (!rest.empty() && !rest.starts_with('/'))
        throw refusal(out.text,
                      "behind the socket's path stands a base, as in /run/app.sock:/base");
    out.base = parse_base(out.text, rest);
    out.authority = "localhost";
    if (const char* rule = out.set_socket(path)) throw refusal(out.text, rule);
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
    if (out.is_secure) out.port = 443;
    if (const char* rule = out.set_authority(authority)) throw refusal(out.text, rule);
}

}  // namespace

UpstreamTarget UpstreamTarget::parse(std::string_view url) {
    UpstreamTarget out;
    out.text = url;
    if (url.starts_with(local))
        parse_unix(out, url.substr(local.size()));
    else if (url.starts_with(tcp))
        parse_tcp(out, url.substr(tcp.size()));
    else if ((out.is_secure = url.starts_with(secure)))
        parse_tcp(out, url.substr(secure.size()));
    else
        throw refusal(url, "expected http://HOST:PORT/BASE, https:// or http+unix:PATH");
    return out;
}

}  // namespace turngate

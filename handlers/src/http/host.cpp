// What a Host field may say.
#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include <turngate/http/url.h>

namespace turngate {
namespace {

constexpr std::array<bool, 256> in_name = [] {
    std::array<bool, 256> table{};
    for (char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789-._~"))
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

bool is_in_name(char c) noexcept {
    return in_name[static_cast<unsigned char>(c)];
}

bool is_port(std::string_view port) {
    unsigned number = 0;
    for (char c : port) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + static_cast<unsigned>(c - '0');
        if (number > 65'535) return false;
    }
    return true;
}

bool is_ipv6(std::string_view text) {
    in6_addr address;
    return text.size() < INET6_ADDRSTRLEN && text.find('\0') == std::string_view::npos &&
           inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

}  // namespace

bool is_host(std::string_view host) {
    constexpr std::size_t longest = 253 + 6;  // a DNS name and a port
    if (host.empty() || host.size() > longest) return false;
    std::string_view port;
    if (host.starts_with('[')) {
        const std::size_t close = host.find(']');
        if (close == std::string_view::npos || !is_ipv6(host.substr(1, close - 1))) return false;
        port = host.substr(close + 1);
    } else {
        const std::string_view name = host.substr(0, host.find(':'));
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_in_name)) return false;
        port = host.substr(name.size());
    }
    return port.empty() || (port[0] == ':' && is_port(port.substr(1)));
}

}  // namespace turngate

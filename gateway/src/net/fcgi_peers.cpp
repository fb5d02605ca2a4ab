// By address, or by the user that the kernel tells.
#include "net/fcgi_peers.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <stdexcept>
#include <sys/socket.h>

namespace turngate::net {

// One address; false if it is none.
bool FcgiPeers::read(const std::string& address, Network& into) noexcept {
    into.family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
    into.bits = into.family == AF_INET ? 32 : 128;
    return ::inet_pton(into.family, address.c_str(), into.address.data()) == 1;
}

FcgiPeers::Network FcgiPeers::network_of(const std::string& text) {
    const std::size_t slash = text.find('/');
    Network out;
    bool is_one = read(text.substr(0, slash), out);
    if (is_one && slash != std::string::npos) {
        const std::size_t most = out.bits;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, out.bits);
        is_one = error == std::errc() && stop == end && out.bits <= most;
    }
    if (is_one) return out;
    throw std::invalid_argument("\"" + text +
                                "\" is no IP address or network of a web server: expected one as "
                                "127.0.0.1 or 10.0.0.0/8");
}

FcgiPeers::FcgiPeers(const std::vector<std::string>& addresses, std::vector<std::uint32_t> users)
    : users_(std::move(users)) {
    for (const std::string& address : addresses)
        networks_.push_back(network_of(address));
}

bool FcgiPeers::holds(const Network& network, const Network& peer) noexcept {
    if (network.family != peer.family) return false;
    for (std::size_t i = 0, left = network.bits; left > 0; ++i) {
        const std::size_t here = std::min<std::size_t>(left, 8);
        if ((network.address[i] ^ peer.address[i]) >> (8 - here) != 0) return false;
        left -= here;
    }
    return true;
}

bool FcgiPeers::may_connect(const Connection& connection) const {
    if (!connection.peer().empty()) {
        if (networks_.empty()) return true;
        Network peer;
        if (!read(connection.peer().substr(0, connection.peer().find('%')), peer)) return false;
        return std::any_of(networks_.begin(), networks_.end(),
                           [&](const Network& network) { return holds(network, peer); });
    }
    if (!connection.is_local()) return false;
    if (users_.empty()) return true;
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           std::find(users_.begin(), users_.end(), peer.uid) != users_.end();
}

}  // namespace turngate::net

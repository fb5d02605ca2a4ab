// By address, or by the user that the kernel tells.
#include "net/fcgi_peers.h"

#include <algorithm>
#include <arpa/inet.h>
#include <stdexcept>
#include <sys/socket.h>

namespace turngate::net {
namespace {

// As the kernel writes it, without brackets: "::1".
std::string canonical(const std::string& address) {
    in6_addr bytes;
    char text[INET6_ADDRSTRLEN] = "";
    for (const int family : {AF_INET, AF_INET6})
        if (::inet_pton(family, address.c_str(), &bytes) == 1)
            return ::inet_ntop(family, &bytes, text, sizeof text);
    throw std::invalid_argument("\"" + address +
                                "\" is no IP address of a web server: expected one as 127.0.0.1");
}

}  // namespace

FcgiPeers::FcgiPeers(const std::vector<std::string>& addresses, std::vector<std::uint32_t> users)
    : users_(std::move(users)) {
    for (const std::string& address : addresses)
        addresses_.push_back(canonical(address));
}

bool FcgiPeers::may_connect(const Connection& connection) const {
    if (!connection.peer().empty())
        return addresses_.empty() || std::find(addresses_.begin(), addresses_.end(),
                                               connection.peer()) != addresses_.end();
    if (users_.empty()) return true;
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           std::find(users_.begin(), users_.end(), peer.uid) != users_.end();
}

}  // namespace turngate::net

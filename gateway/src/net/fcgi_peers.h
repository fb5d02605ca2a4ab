// Who may connect to a FastCGI door.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "net/connection.h"

namespace turngate::net {

class FcgiPeers {
  public:
    // IP addresses and networks (10.0.0.0/8), for TCP, and user ids, for Unix sockets; either may
    // be empty, for everybody. Throws std::invalid_argument for what is no address.
    FcgiPeers(const std::vector<std::string>& addresses, std::vector<std::uint32_t> users);

    // False, too, by TCP if the other end has gone already: nobody can say who that was.
    bool may_connect(const Connection& connection) const;

  private:
    struct Network {
        int family = 0;
        std::array<unsigned char, 16> address{};  // as much of it as the family has
        std::size_t bits = 0;                     // in its front that count
    };

    static bool read(const std::string& address, Network& into) noexcept;
    static Network network_of(const std::string& text);
    static bool holds(const Network& network, const Network& peer) noexcept;

    std::vector<Network> networks_;
    std::vector<std::uint32_t> users_;
};

}  // namespace turngate::net

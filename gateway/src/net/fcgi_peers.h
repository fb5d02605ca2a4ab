// Who may connect to a FastCGI door.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/connection.h"

namespace turngate::net {

class FcgiPeers {
  public:
    // IP addresses, for TCP, and user ids, for Unix sockets; either may be empty, for everybody.
    // Throws std::invalid_argument for what is no address.
    FcgiPeers(const std::vector<std::string>& addresses, std::vector<std::uint32_t> users);

    bool may_connect(const Connection& connection) const;

  private:
    std::vector<std::string> addresses_;  // as Connection::peer() has them
    std::vector<std::uint32_t> users_;
};

}  // namespace turngate::net

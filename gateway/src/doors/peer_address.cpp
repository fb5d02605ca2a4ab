#include "doors/peer_address.h"

#include <arpa/inet.h>
#include <array>

namespace turngate {

bool is_address(const std::string& text) noexcept {
    std::array<unsigned char, sizeof(in6_addr)> ignored;
    return ::inet_pton(AF_INET, text.c_str(), ignored.data()) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), ignored.data()) == 1;
}

}  // namespace turngate

// Addresses of clients, as the fields of a platform's front have them.
#pragma once

#include <string>

namespace turngate {

// True for an IPv4 or IPv6 address, without port, brackets or zone.
bool is_address(const std::string& text) noexcept;

}  // namespace turngate

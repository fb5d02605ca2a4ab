// The names of HTTP statuses.
#pragma once

#include <string_view>

namespace turngate {

// "Not Found" for 404, as registered with IANA; the name of its class ("Client Error") for a status
// that is not registered, empty below 100 and above 599.
std::string_view reason_phrase(int status) noexcept;

}  // namespace turngate

// One request from the environment and standard input, one response to standard output (RFC 3875).
#pragma once

#include <memory>

#include <turngate/doors/door.h>

namespace turngate {

std::unique_ptr<Door> cgi_door();

}  // namespace turngate

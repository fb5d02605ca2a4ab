// Whom the web server in front of us has authenticated.
#pragma once

#include <string>

namespace turngate {

// In the context of a request: Context::find<RemoteUser>().
struct RemoteUser {
    std::string name;       // REMOTE_USER
    std::string auth_type;  // AUTH_TYPE, "Basic"; may be empty
};

}  // namespace turngate

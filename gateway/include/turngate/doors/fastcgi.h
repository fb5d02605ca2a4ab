// FastCGI 1.0: behind a web server, which passes requests on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <turngate/doors/http.h>

namespace turngate {

struct FastcgiOptions {
    // As for live HTTP, where this is what a request line and a header section are: the variables
    // (FCGI_PARAMS) have the time `header_timeout`, and at most `header_size` bytes in
    // `header_count` variables, or the answer is a 431. `request_line` is not looked at.
    HttpOptions common = {
        .listen = {"127.0.0.1:9000"}, .header_size = 64 * 1024, .header_count = 256};

    // Of a Unix socket that is made: who may write to it may connect. Its group is that of the
    // directory if that has the set-group-ID bit.
    unsigned socket_mode = 0660;

    // The IP addresses of those who may connect by TCP, as FCGI_WEB_SERVER_ADDRS lists them, and
    // the user ids of those who may by a Unix socket. Empty: whoever can.
    std::vector<std::string> peers = {};
    std::vector<std::uint32_t> users = {};

    // Where the handler is mounted: "/app" is stripped off the front of the path (Url::
    // strip_prefix()), "SCRIPT_NAME" means what the web server says in that variable; empty:
    // nowhere.
    std::string mount = {};

    // REMOTE_USER says whom the web server has authenticated: handlers find it as RemoteUser. Not
    // by default: nginx sets it from what clients claim, and checks nothing.
    bool trust_remote_user = false;
};

// In the context of a request: Context::find<RemoteUser>().
struct RemoteUser {
    std::string name;       // REMOTE_USER
    std::string auth_type;  // AUTH_TYPE, "Basic"; may be empty
};

// Answers requests to a responder, several at a time on one connection; other roles are refused.
// Listens at once, and throws, as http_door() does; also std::invalid_argument if `peers` has
// something else than an IP address.
std::unique_ptr<ListeningDoor> fastcgi_door(FastcgiOptions options = {});

}  // namespace turngate

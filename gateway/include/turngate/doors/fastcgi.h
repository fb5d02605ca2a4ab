// FastCGI 1.0: behind a web server, which passes requests on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <turngate/doors/http.h>
#include <turngate/doors/remote_user.h>
#include <turngate/os/socket.h>

namespace turngate {

struct FastcgiOptions {
    // As for live HTTP, where this is what a request line and a header section are: the variables
    // (FCGI_PARAMS) have the time `header_timeout`, and at most `header_size` bytes in
    // `header_count` variables, or the answer is a 431. `request_line` is not looked at.
    HttpOptions common = {
        .listen = {"127.0.0.1:9000"}, .header_size = 64 * 1024, .header_count = 256};

    // Of a Unix socket that is made: who may write to it may connect. Without a group it has that
    // of this process, or of the directory if that has the set-group-ID bit.
    os::SocketAccess socket = {.mode = 0660};

    // The IP addresses, and networks (10.0.0.0/8), of those who may connect by TCP, and the user
    // ids of those who may by a Unix socket. Empty: whoever can.
    std::vector<std::string> peers = {};
    std::vector<std::uint32_t> users = {};

    // Where the handler is mounted: "/app" is stripped off the front of the path (Url::
    // strip_prefix()), "SCRIPT_NAME" means what the web server says in that variable; empty:
    // nowhere.
    std::string mount = {};

    // REMOTE_USER says whom the web server has authenticated: handlers find it as RemoteUser. Not
    // by default: nginx sets it from what clients claim, and checks nothing.
    bool trust_remote_user = false;

    // Paths with a "." or ".." among their segments, also encoded, are answered with 400: a web
    // server chooses by the path without them, and passes on the raw one. True: they are passed.
    bool pass_dot_segments = false;
};

// Answers requests to a responder, several at a time on one connection; other roles are refused.
// Listens at once, and throws, as http_door() does; also std::invalid_argument if `peers` has
// something else than IP addresses and networks.
std::unique_ptr<ListeningDoor> fastcgi_door(FastcgiOptions options = {});

}  // namespace turngate

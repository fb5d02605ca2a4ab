// One request from the environment and standard input, one response to standard output (RFC 3875).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <turngate/doors/door.h>
#include <turngate/doors/remote_user.h>

namespace turngate {

struct CgiOptions {
    int in = 0;   // the body; read no further than CONTENT_LENGTH
    int out = 1;  // closed as soon as the response has ended, before deferred tasks run
    std::uint64_t max_body = 10u << 20;
    Reporter* reporter = nullptr;  // not owned; may be null

    // As FastcgiOptions has them.
    bool trust_remote_user = false;
    bool pass_dot_segments = false;

    // Called once, when the request turns out to take longer than one answer in one piece does:
    // before the second piece, the first flush or the first deferred task. May be empty.
    std::function<void()> lasts = {};
};

// serve() takes the request from this process's environment, answers as a program named "nph-..."
// is to where it is one (section 5), and returns 1 if the response broke off, which is all that CGI
// has to show it. stop() cancels the request.
std::unique_ptr<Door> cgi_door(CgiOptions options = {});

}  // namespace turngate

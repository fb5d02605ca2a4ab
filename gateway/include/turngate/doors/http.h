// Live HTTP: 1.0, 1.1 and cleartext 2 on one port, by leader/followers on one epoll.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <turngate/doors/door.h>

namespace turngate {

// Every limit has a default that is safe on the open internet; zero means "none" only where said.
struct HttpOptions {
    // "HOST:PORT", "[::1]:PORT", ":PORT" (every interface), "unix:PATH"; port 0: any.
    std::vector<std::string> listen = {"127.0.0.1:8080"};
    // Listening sockets that this process was given (systemd's, a parent's), which it closes; when
    // there are any, `listen` is not looked at.
    std::vector<int> inherited = {};

    std::size_t max_connections = 16'384;  // more are answered with 503 at once; see http_door()
    std::size_t max_threads = 256;         // handlers at work at once; more requests get a 503
    std::size_t max_requests = 0;          // of one connection, which then closes; 0: no limit
    std::chrono::milliseconds header_timeout{10'000};  // for the whole head
    std::chrono::milliseconds body_timeout{60'000};    // between two reads of the body
    std::chrono::milliseconds write_timeout{30'000};   // between two writes
    std::chrono::milliseconds idle_timeout{60'000};    // between two requests
    std::chrono::milliseconds drain_timeout{10'000};   // after stop(), then requests are cancelled
    std::chrono::milliseconds request_timeout{0};      // of a handler; 0: none
    std::size_t request_line = 16 * 1024;
    std::size_t header_size = 32 * 1024;
    std::size_t header_count = 100;
    std::uint64_t max_body = 10u << 20;
    std::uint64_t least_pace = 240;  // bytes a second of a body, from its eleventh on; 0: any

    // The clients are runtimes of this platform: lambda-runtime-* is theirs to send, by HTTP/1.
    bool serves_runtimes = false;

    // Serves the paths that begin with "/_turngate/", before `handler` and even when no thread is
    // free for one: it must not block. Null: those paths are the handler's.
    HandlerPtr operations = {};

    // A path that is answered with 200 and "OK", whatever the method and the query: before
    // `handler`, even when no thread is free for one, and unheard of by `reporter` and `observer`.
    // Empty: none.
    std::string health_path = {};

    Reporter* reporter = nullptr;        // not owned; may be null
    DoorObserver* observer = nullptr;    // not owned; may be null
    PlatformReader* platform = nullptr;  // not owned; may be null; of HTTP alone
};

using HttpDoor = ListeningDoor;

// Listens at once; connections wait in the kernel until serve(). Throws std::invalid_argument if
// an address is none and std::system_error if it cannot be had. The number of connections is held
// below the limit of descriptors of this process (RLIMIT_NOFILE), whatever the options say.
std::unique_ptr<HttpDoor> http_door(HttpOptions options = {});

}  // namespace turngate

// Live HTTP/1.1: blocking, a bounded number of threads, one request a connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <turngate/doors/door.h>

namespace turngate {

struct HttpOptions {
    std::string listen =
        "127.0.0.1:8080";  // "HOST:PORT", "[::1]:PORT", ":PORT", "unix:PATH"; port 0: any
    std::size_t max_connections = 256;  // a thread each; more are answered with 503 at once
    std::chrono::milliseconds header_timeout{10'000};  // for the whole head
    std::chrono::milliseconds body_timeout{60'000};    // between two reads of the body
    std::chrono::milliseconds write_timeout{30'000};   // between two writes
    std::chrono::milliseconds drain_timeout{10'000};   // after stop(), then requests are cancelled
    std::chrono::milliseconds request_timeout{0};      // of a handler; 0: none
    std::size_t request_line = 16 * 1024;
    std::size_t header_size = 32 * 1024;
    std::size_t header_count = 100;
    std::uint64_t max_body = 10u << 20;
    Reporter* reporter = nullptr;  // not owned; may be null
};

class HttpDoor : public Door {
  public:
    // Where it listens, as HttpOptions::listen has it, with the port the kernel chose.
    virtual std::string address() const = 0;
};

// Listens at once; connections wait in the kernel until serve(). Throws std::invalid_argument if
// options.listen is no address and std::system_error if it cannot be had.
std::unique_ptr<HttpDoor> http_door(HttpOptions options = {});

}  // namespace turngate

// Live HTTP: what the connections of its server speak.
#include "net/http1_session.h"
#include "net/http2_session.h"
#include "net/server.h"
#include <turngate/doors/http.h>

namespace turngate {
namespace {

constexpr std::string_view busy =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 36\r\n\r\n"
    "the server is busy, try again later\n";

}  // namespace

std::unique_ptr<HttpDoor> http_door(HttpOptions options) {
    return std::make_unique<net::Server>(
        std::move(options),
        net::Protocol{.begin =
                          [](net::Surroundings& door, std::unique_ptr<net::Connection> connection) {
                              return std::make_shared<net::Http1Session>(door,
                                                                         std::move(connection));
                          },
                      .busy = busy,
                      .begin_http2 = net::Http2Session::begin});
}

}  // namespace turngate

// Live HTTP: what the connections of its server speak.
#include "doors/dialect_door.h"
#include "net/http1_session.h"
#include "net/http2_session.h"
#include "net/server.h"
#include <turngate/doors/http.h>

namespace turngate {

std::unique_ptr<HttpDoor> http_door(HttpOptions options) {
    return http_door(std::move(options), {});
}

std::unique_ptr<HttpDoor> http_door(HttpOptions options, net::Dialect dialect) {
    std::string busy =
        net::refusal_reply(dialect.refuse({}, 503, net::busy_text), false, false, {});
    return std::make_unique<net::Server>(
        std::move(options),
        net::Protocol{.begin =
                          [](net::Surroundings& door, std::unique_ptr<net::Connection> connection) {
                              return std::make_shared<net::Http1Session>(door,
                                                                         std::move(connection));
                          },
                      .busy = std::move(busy),
                      .begin_http2 = net::Http2Session::begin,
                      .dialect = std::move(dialect)});
}

}  // namespace turngate

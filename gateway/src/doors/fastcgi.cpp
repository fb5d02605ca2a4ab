// FastCGI: what the connections of its server speak, and who may make them.
#include "net/fcgi_notices.h"
#include "net/fcgi_peers.h"
#include "net/fcgi_session.h"
#include "net/server.h"
#include <turngate/doors/fastcgi.h>

namespace turngate {
namespace {

class Responder {
  public:
    explicit Responder(FastcgiOptions options)
        : options_(std::move(options)),
          peers_(options_.peers, options_.users),
          notices_(options_.common.reporter) {}

    const FastcgiOptions& options() const noexcept { return options_; }

    std::shared_ptr<net::Session> begin(net::Surroundings& door,
                                        std::unique_ptr<net::Connection> connection) {
        if (peers_.may_connect(*connection))
            return std::make_shared<net::FcgiSession>(door, options_, notices_,
                                                      std::move(connection));
        if (options_.common.observer) options_.common.observer->refused(403);
        if (!connection->peer().empty() || connection->is_local())
            notices_.turned_away(connection->peer());
        return nullptr;
    }

  private:
    const FastcgiOptions options_;
    const net::FcgiPeers peers_;
    net::FcgiNotices notices_;
};

}  // namespace

std::unique_ptr<ListeningDoor> fastcgi_door(FastcgiOptions options) {
    const auto responder = std::make_shared<Responder>(std::move(options));
    return std::make_unique<net::Server>(
        responder->options().common,
        net::Protocol{.begin = [responder](net::Surroundings& door,
                                           std::unique_ptr<net::Connection> connection)
                          -> std::shared_ptr<net::Session> {
                          return responder->begin(door, std::move(connection));
                      },
                      .watches = true},
        responder->options().socket);
}

}  // namespace turngate

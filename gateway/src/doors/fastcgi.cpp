// FastCGI: what the connections of its server speak, and who may make them.
#include <atomic>

#include "net/fcgi_peers.h"
#include "net/fcgi_session.h"
#include "net/server.h"
#include <turngate/doors/fastcgi.h>

namespace turngate {
namespace {

class Responder {
  public:
    explicit Responder(FastcgiOptions options)
        : options_(std::move(options)), peers_(options_.peers, options_.users) {}

    const FastcgiOptions& options() const noexcept { return options_; }

    std::shared_ptr<net::Session> begin(net::Surroundings& door,
                                        std::unique_ptr<net::Connection> connection) {
        if (peers_.may_connect(*connection))
            return std::make_shared<net::FcgiSession>(door, options_, std::move(connection));
        if (options_.common.observer) options_.common.observer->refused(403);
        // Once: who may not connect may not fill the log either.
        if (options_.common.reporter && !has_told_.exchange(true))
            options_.common.reporter->logged(
                Context(), Level::warn,
                "turned away a FastCGI connection of " +
                    (connection->peer().empty() ? "another user" : connection->peer()) +
                    ", which is not among those who may connect");
        return nullptr;
    }

  private:
    const FastcgiOptions options_;
    const net::FcgiPeers peers_;
    std::atomic<bool> has_told_{false};
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
        }},
        responder->options().socket_mode);
}

}  // namespace turngate

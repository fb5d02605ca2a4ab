// gRPC is HTTP/2 with a handler around the handler.
#include <limits>
#include <utility>

#include "net/http2_session.h"
#include "net/server.h"
#include "openedge/fenced_door.h"
#include "openedge/grpc_dialect.h"
#include "openedge/service.h"
#include <turngate/doors/openedge.h>

namespace turngate {
namespace {

// HTTP/1 has no trailers that clients would look at: its requests are refused as a preface.
net::Protocol grpc(std::size_t max_aside) {
    return {.begin =
                [](net::Surroundings& door, std::unique_ptr<net::Connection> connection) {
                    return net::Http2Session::begin(door, std::move(connection), {});
                },
            .queues = true,
            .max_aside = max_aside,
            .dialect = openedge::grpc_dialect()};
}

HttpOptions engine_options(HttpOptions options) {
    options.max_body = std::numeric_limits<std::int64_t>::max();
    return options;
}

class OpenEdgeDoor final : public ListeningDoor {
  public:
    OpenEdgeDoor(OpenEdgeOptions options, std::shared_ptr<openedge::CallThreads> threads)
        : options_(std::move(options)),
          threads_(std::move(threads)),
          server_(engine_options(options_.http), grpc(threads_->max_aside)) {}

    int serve(HandlerPtr handler) override { return server_.serve(service(std::move(handler))); }
    void stop() noexcept override { server_.stop(); }
    void finish() noexcept override { server_.finish(); }
    std::vector<std::string> addresses() const override { return server_.addresses(); }
    void replace(HandlerPtr handler) override { server_.replace(service(std::move(handler))); }

  private:
    HandlerPtr service(HandlerPtr handler) const {
        HandlerPtr calls = std::make_shared<const openedge::Service>(
            std::move(handler),
            openedge::Limits{.max_message = options_.max_message,
                             .max_reply = options_.max_reply,
                             .errors_as_payloads = options_.errors_as_payloads},
            threads_);
        return threads_->around ? threads_->around(std::move(calls)) : calls;
    }

    const OpenEdgeOptions options_;
    const std::shared_ptr<openedge::CallThreads> threads_;
    net::Server server_;
};

}  // namespace

std::unique_ptr<ListeningDoor> openedge_door(OpenEdgeOptions options) {
    auto threads = std::make_shared<openedge::CallThreads>(options.http);
    return openedge::fenced_door(std::move(options), std::move(threads));
}

std::unique_ptr<ListeningDoor> openedge::fenced_door(OpenEdgeOptions options,
                                                     std::shared_ptr<CallThreads> threads) {
    return std::make_unique<OpenEdgeDoor>(std::move(options), std::move(threads));
}

}  // namespace turngate

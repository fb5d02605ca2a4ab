#include "exchange_rules.h"
#include "fcgi_request.h"
#include "process_pool.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/handlers/reply_errors.h>
#include <turngate/handlers/spawned_fcgi.h>

namespace turngate {
namespace {

// None of its body has been taken.
bool can_be_repeated(const Request& request) {
    const Body& body = request.body;
    return is_idempotent(request.method) && body.arrived() && body.size() == body.buffered().size();
}

class SpawnedFcgi final : public Handler {
  public:
    explicit SpawnedFcgi(FcgiSpawnOptions options) : pool_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        read_up(request.body, usual_);  // no child waits for a slow client
        try {
            return serve_once(request, response);
        } catch (const UnansweredRequest& e) {
            if (!can_be_repeated(request)) throw;
            request.context.log(Level::warn, std::string("another child is asked: ") + e.what());
        }
        serve_once(request, response);
    }

    bool may_migrate() const noexcept override { return true; }

  private:
    void serve_once(Request& request, ResponseWriter& response) const {
        ProcessPool::Lease lease = pool_.take(request.context);
        try {
            lease.client().serve(request, response);
            lease.ends(ProcessPool::End::answered);
        } catch (const OverdueReply&) {
            lease.ends(ProcessPool::End::stuck);
            throw;
        } catch (const Cancelled&) {
            lease.ends(ProcessPool::End::cancelled);
            throw;
        } catch (const HttpError&) {
            lease.ends(ProcessPool::End::cancelled);
            throw;
        }
    }

    const FcgiOptions usual_ = {};
    mutable ProcessPool pool_;
};

}  // namespace

HandlerPtr spawned_fcgi(FcgiSpawnOptions options) {
    if (options.command.find_first_not_of(" \t\n") == std::string::npos)
        throw Error("the command of a spawned program is empty: expected fcgi:spawn:COMMAND");
    if (!options.open)
        options.open = [load = options.load, limit = options.read_timeout](std::string address) {
            return fcgi_client({.backends = {std::move(address)},
                                .read_timeout = limit,
                                .restart_patience = std::chrono::milliseconds(0),
                                .max_connections = load,
                                .repeats = false});
        };
    return std::make_shared<const SpawnedFcgi>(std::move(options));
}

}  // namespace turngate

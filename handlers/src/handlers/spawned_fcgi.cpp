#include "exchange_rules.h"
#include "fcgi_exchange.h"
#include "fcgi_request.h"
#include "process_pool.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/handlers/reply_errors.h>
#include <turngate/handlers/spawned_fcgi.h>

namespace turngate {
namespace {

// None of it has been taken.
bool is_whole(const Body& body) {
    return body.arrived() && body.size() == body.buffered().size();
}

// Of the child that is at the request, if any: set before the exchange with it and cleared behind
// that, whose threads alone look. What is attached to a context stays, so it refers to this.
struct Leased {
    ProcessPool::Lease* lease = nullptr;
};

FcgiReleased ending(std::shared_ptr<const Leased> leased) {
    return {[leased = std::move(leased)] {
        if (!leased->lease) return;
        leased->lease->ends(ProcessPool::End::answered);
        leased->lease->give_back();
    }};
}

// As long as it lives, `lease` ends when the child is free.
class Told {
  public:
    Told(Leased& leased, ProcessPool::Lease& lease) : leased_(leased) { leased_.lease = &lease; }
    Told(const Told&) = delete;
    Told& operator=(const Told&) = delete;
    ~Told() { leased_.lease = nullptr; }

  private:
    Leased& leased_;
};

class SpawnedFcgi final : public Handler {
  public:
    explicit SpawnedFcgi(FcgiSpawnOptions options)
        : client_(options.client), pool_(std::move(options)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        // No child waits for a slow client.
        std::optional<BodySpool> spool = read_up(request, client_);
        const auto leased = std::make_shared<Leased>();
        request.context.put(ending(leased));
        try {
            return serve_once(request, response, *leased);
        } catch (const UnansweredRequest& e) {
            if (!is_idempotent(request.method) || (!spool && !is_whole(request.body))) throw;
            request.context.log(Level::warn, std::string("another child is asked: ") + e.what());
        }
        if (!is_whole(request.body)) request.body = spool->body();
        serve_once(request, response, *leased);
    }

    bool may_migrate() const noexcept override { return true; }

  private:
    void serve_once(Request& request, ResponseWriter& response, Leased& leased) const {
        ProcessPool::Lease lease = pool_.take(request.context);
        const Told told(leased, lease);
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

    const FcgiOptions client_;
    mutable ProcessPool pool_;
};

}  // namespace

HandlerPtr spawned_fcgi(FcgiSpawnOptions options) {
    if (options.command.find_first_not_of(" \t\n") == std::string::npos)
        throw Error("the command of a spawned program is empty: expected fcgi:spawn:COMMAND");
    if (!options.open)
        options.open = [client = options.client, load = options.load, limit = options.read_timeout,
                        buffers = std::make_shared<SpoolRoom>(options.client.buffer_total)](
                           std::string address) mutable {
            client.backends = {std::move(address)};
            client.read_timeout = limit;
            client.restart_patience = std::chrono::milliseconds(0);
            client.max_connections = load;
            client.keep = 0;
            client.request_buffer = false;  // the body was read before
            client.repeats = false;
            return fcgi_client(client, buffers);
        };
    return std::make_shared<const SpawnedFcgi>(std::move(options));
}

}  // namespace turngate

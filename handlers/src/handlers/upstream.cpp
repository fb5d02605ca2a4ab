// The handler: times, the pool, one retry, and what the platform is told.
#include <algorithm>
#include <atomic>
#include <system_error>
#include <utility>

#include "exchange_rules.h"
#include "upstream_exchange.h"
#include "upstream_pool.h"
#include "upstream_target.h"
#include <turngate/handlers/upstream.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

using Clock = UpstreamConnection::Clock;
using std::chrono::milliseconds;

// Reports the exchange when it is left, by whichever way.
class Metric {
  public:
    Metric(const Request& request, const UpstreamTarget& target, Clock::time_point begin)
        : request_(request), target_(target), begin_(begin) {}
    Metric(const Metric&) = delete;
    Metric& operator=(const Metric&) = delete;
    ~Metric() {
        if (!request_.context.reporter) return;
        static std::atomic<std::uint64_t> count{0};
        const auto end = std::chrono::system_clock::now();
        const auto lasted = Clock::now() - begin_;
        request_.context.report(
            {.id = ++count,
             .method = request_.method,
             .host = target_.host.empty() ? target_.unix_socket.path : target_.host,
             .path = target_.base + request_.url.path,
             .search = request_.url.query,
             .status = status,
             .start = end - std::chrono::duration_cast<std::chrono::system_clock::duration>(lasted),
             .duration = std::chrono::duration_cast<milliseconds>(lasted)});
    }

    int status = 0;

  private:
    const Request& request_;
    const UpstreamTarget& target_;
    const Clock::time_point begin_;
};

PoolLimits pool_limits(const UpstreamOptions& options) {
    return {.connect_timeout = options.connect_timeout,
            .keep_alive = options.keep_alive,
            .max_connections = options.max_connections,
            .max_waiting = options.max_waiting,
            .max_idle = options.max_idle};
}

class Upstream final : public Handler {
  public:
    explicit Upstream(UpstreamOptions options)
        : options_(std::move(options)), target_(UpstreamTarget::parse(options_.url)) {
        if (options_.max_connections == 0)
            throw Error(target_.text + ": an upstream needs one connection at least");
    }

    void serve(Request& request, ResponseWriter& response) const override {
        const auto now = Clock::now();
        Metric metric(request, target_, now);
        const auto limit = answer_by(request.context, now, options_.deadline_margin);
        const UpstreamExchange::Terms terms{options_, target_, sooner(limit, now, options_.timeout),
                                            limit};
        Body& body = request.body;
        if (!body.arrived() && body.size().value_or(UINT64_MAX) <= small_body) {
            body.interrupt(request.context.stop);
            body.text();
        }
        const bool may_repeat = is_idempotent(request.method);
        for (auto choice = may_repeat ? UpstreamPool::Choice::any : UpstreamPool::Choice::certain;;
             choice = UpstreamPool::Choice::fresh) {
            UpstreamPool::Lease lease = take(choice, now, terms.deadline, request.context);
            UpstreamExchange exchange(*lease, request, response, terms);
            try {
                const UpstreamExchange::End how = exchange.run();
                metric.status = exchange.status();
                if (how == UpstreamExchange::End::stale) continue;  // a fresh one never is
                if (how == UpstreamExchange::End::kept) lease.keep();
                return;
            } catch (...) {
                metric.status = exchange.status();
                throw;
            }
        }
    }

    bool may_migrate() const noexcept override { return true; }

  private:
    // Who has had a request once and is gone since may have died of it: nobody else is to get it.
    UpstreamPool::Lease take(UpstreamPool::Choice choice, Clock::time_point now,
                             Clock::time_point until, const Context& context) const {
        try {
            return pool_.take(choice, now, until, context);
        } catch (const UnreachableUpstream& e) {
            if (choice == UpstreamPool::Choice::fresh) throw ProtocolError(e.what());
            throw;
        }
    }

    const UpstreamOptions options_;
    const UpstreamTarget target_;
    mutable UpstreamPool pool_{pool_limits(options_), target_,
                               target_.is_secure ? tls_client(target_.host) : nullptr};
};

}  // namespace

HandlerPtr upstream(UpstreamOptions options) {
    return std::make_shared<const Upstream>(std::move(options));
}

void reach_upstream(std::string_view url, milliseconds patience) {
    const UpstreamTarget target = UpstreamTarget::parse(url);
    const os::Fd fd = target.reach(patience);
    if (!target.is_secure) return;
    try {
        const auto tls = tls_client(target.host);
        if (const auto stream = tls->shake_hands(fd.get(), Clock::now() + patience, {}))
            return stream->end_output();
    } catch (const std::exception& e) {
        throw Error(target.text + ": " + e.what());
    }
    throw Error(target.text + ": the TLS handshake was not over in time");
}

}  // namespace turngate

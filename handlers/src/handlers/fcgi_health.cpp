#include "fcgi_health.h"

#include <algorithm>
#include <random>

#include "fcgi_exchange.h"
#include <turngate/http/error.h>
#include <turngate/http/recorder.h>

namespace turngate {
namespace {

using Clock = FcgiBackends::Clock;
using std::chrono::milliseconds;

constexpr milliseconds look{500};  // at idle connections

// Up to a tenth sooner, so that many gateways do not ask at once.
milliseconds jittered(milliseconds interval, std::minstd_rand& random) {
    std::uniform_int_distribution<milliseconds::rep> less(0, interval.count() / 10);
    return interval - milliseconds(less(random));
}

}  // namespace

FcgiHealth::FcgiHealth(const FcgiOptions& options, FcgiBackends& backends)
    : options_(options), backends_(backends) {
    if (!options.ping.empty() || options.keep > 0)
        thread_ = std::jthread([this](const std::stop_token& end) { run(end); });
}

void FcgiHealth::run(const std::stop_token& end) const {
    std::mutex mutex;
    std::condition_variable_any never;
    std::minstd_rand random(std::random_device{}());
    Clock::time_point next_ping = Clock::now();
    while (!end.stop_requested()) {
        const auto now = Clock::now();
        for (const auto& backend : backends_.all())
            backend->pool().expire(now);
        if (!options_.ping.empty() && now >= next_ping) {
            for (const auto& backend : backends_.all())
                if (!end.stop_requested()) ask(*backend, end);
            next_ping = Clock::now() + jittered(options_.ping_interval, random);
        }
        auto until = now + look;
        if (options_.keep == 0) until = next_ping;
        if (!options_.ping.empty()) until = std::min(until, next_ping);
        std::unique_lock lock(mutex);
        never.wait_until(lock, end, until, [] { return false; });
    }
}

// One whose connections are all in use cannot answer, which is no illness.
void FcgiHealth::ask(FcgiBackend& backend, const std::stop_token& end) const {
    const bool was_busy = backend.pool().load() > 0;
    const auto now = Clock::now();
    const auto until = now + options_.connect_timeout;
    bool is_connected = false;
    try {
        Request request = Request::get(options_.ping);
        request.context.stop = end;
        const cgi::Script script{.name = options_.ping, .filename = options_.ping};
        const FcgiRequest records(request, script, options_);
        FcgiExchange::Lease lease =
            backend.pool().take(UpstreamPool::Choice::certain, now, until, request.context, now);
        is_connected = true;
        Recorder response;
        SpoolRoom none(0);
        const FcgiExchange::Terms terms{options_, none, backend.name(), until, until};
        FcgiExchange exchange(lease, request, records, response, terms);
        const FcgiExchange::End how = exchange.run();
        if (how != FcgiExchange::End::answered) throw ProtocolError(backend.name() + ": no answer");
        if (response.status() != 200)
            throw ProtocolError(backend.name() + ": the answer has the status " +
                                std::to_string(response.status()));
        backends_.worked(backend);
    } catch (const Cancelled&) {
    } catch (const BusyUpstream&) {
    } catch (const HttpError& e) {
        if (!(is_connected && was_busy))
            backends_.failed(backend, std::string(e.what()) + ", to a ping", Clock::now());
    } catch (const std::exception& e) {
        backends_.failed(backend, std::string(e.what()) + ", to a ping", Clock::now());
    }
}

}  // namespace turngate

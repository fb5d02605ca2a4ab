// The handler: spooling, backends, and what is sent twice.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "exchange_rules.h"
#include "fcgi_backends.h"
#include "fcgi_exchange.h"
#include "fcgi_health.h"
#include <turngate/handlers/fcgi_client.h>
#include <turngate/handlers/reply_errors.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

using Clock = UpstreamPool::Clock;
using Choice = UpstreamPool::Choice;
using End = FcgiExchange::End;
using std::chrono::milliseconds;

constexpr milliseconds between_tries{20};

// An application that ends closes connections one by one, and those that wait in its queue last.
constexpr milliseconds before_repeat{200};

bool is_at(std::string_view path, std::string_view name) {
    return path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '/');
}

// One request, from backend to backend until one has answered.
class Delivery {
  public:
    Delivery(const FcgiOptions& options, FcgiBackends& backends, SpoolRoom& buffers,
             Request& request, ResponseWriter& response)
        : options_(options),
          backends_(backends),
          buffers_(buffers),
          request_(request),
          response_(response),
          request_deadline_(answer_by(request.context, Clock::now(), options.deadline_margin)),
          is_repeatable_(options.repeats && is_idempotent(request.method)) {}

    void run(const cgi::Script& script) {
        spool_ = read_up(request_, options_);
        deadline_ = sooner(request_deadline_, Clock::now(), options_.timeout);
        const FcgiRequest records(request_, script, options_);
        for (FcgiBackend* backend = next_backend(); backend;)
            backend = attempt(*backend, records);
    }

  private:
    // The next one to try; null once the reply is written.
    FcgiBackend* attempt(FcgiBackend& backend, const FcgiRequest& records) {
        const Choice choice = std::exchange(choice_, usual_choice());
        const auto now = Clock::now();
        if (!queue_deadline_)
            queue_deadline_ = sooner(Clock::time_point::max(), now, options_.queue_timeout);
        std::optional<UpstreamPool::Lease> lease;
        try {
            lease.emplace(
                backend.pool().take(choice, now, deadline_, request_.context, *queue_deadline_));
        } catch (const ProtocolError& e) {
            return after_failure(backend, e.what(), true);
        } catch (const FullUpstream& e) {  // it works, but not for us
            if (Clock::now() >= deadline_) throw;
            backends_.failed(backend, e.what(), Clock::now());
            return after_failure(backend, e.what(), false);
        } catch (const HttpError& e) {
            if (Clock::now() >= deadline_) throw;
            return after_failure(backend, e.what(), e.status() == 504);
        }
        queue_deadline_.reset();
        if (is_body_used_) request_.body = spool_->body();
        const FcgiExchange::Terms terms{options_, buffers_, backend.name(), deadline_,
                                        request_deadline_};
        FcgiExchange exchange(lease, request_, records, response_, terms);
        const End end = exchange.run();
        if (end == End::answered) {
            backends_.worked(backend);
            return nullptr;
        }
        is_body_used_ = !exchange.is_body_whole();
        return after_refusal(backend, end, (*lease)->idle_since.has_value());
    }

    // No connection was made, in the course of a catch.
    FcgiBackend* after_failure(FcgiBackend& backend, const char* why, bool is_away) {
        if (is_away) backends_.failed(backend, why, Clock::now());
        if (FcgiBackend* next = next_backend()) return next;
        if (!is_away || !backends_.may_come_back(Clock::now())) throw;
        pause(between_tries);
        tried_ = 0;
        return next_backend();
    }

    // The connection was made, and nothing has come of it.
    FcgiBackend* after_refusal(FcgiBackend& backend, End end, bool was_kept) {
        const bool can_repeat = !is_body_used_ || spool_;
        switch (end) {
            case End::unsent:
                choice_ = Choice::fresh;
                return &backend;
            case End::overloaded:
                if (FcgiBackend* next = can_repeat ? next_backend() : nullptr) return next;
                throw HttpError(503, backend.name() + ": the application is overloaded");
            case End::cannot_multiplex:
                if (!can_repeat || std::exchange(was_refused_, true))
                    throw ProtocolError(backend.name() +
                                        ": the application takes one request at a time on a "
                                        "connection, and refused the only one");
                choice_ = Choice::fresh;
                return &backend;
            default:
                break;
        }
        const std::string what =
            backend.name() + ": the connection was closed before a byte of the reply";
        if (!was_kept) backends_.failed(backend, what, Clock::now());
        if (!can_repeat || !is_repeatable_ || (!was_kept && std::exchange(was_closed_, true)))
            throw UnansweredRequest(what);
        if (was_kept) {
            choice_ = Choice::fresh;
            return &backend;
        }
        if (FcgiBackend* next = next_backend()) return next;
        if (backends_.may_come_back(Clock::now())) pause(before_repeat);
        return &backend;
    }

    FcgiBackend* next_backend() { return backends_.choose(tried_, Clock::now()); }

    Choice usual_choice() const { return is_repeatable_ ? Choice::any : Choice::certain; }

    // Holds up the thread.
    void pause(milliseconds time) const {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_until(lock, request_.context.stop, std::min(deadline_, Clock::now() + time),
                         [] { return false; });
        if (request_.context.stop.stop_requested())
            throw Cancelled("the request was cancelled, waiting for a backend");
    }

    const FcgiOptions& options_;
    FcgiBackends& backends_;
    SpoolRoom& buffers_;
    Request& request_;
    ResponseWriter& response_;
    const Clock::time_point request_deadline_;
    Clock::time_point deadline_;
    const bool is_repeatable_;
    Choice choice_ = usual_choice();
    std::optional<Clock::time_point> queue_deadline_;  // since it last had a connection
    FcgiBackends::Set tried_ = 0;
    std::optional<BodySpool> spool_;
    bool is_body_used_ = false;  // some of it was taken by an attempt
    bool was_refused_ = false;   // as one of two on a connection
    bool was_closed_ = false;    // a connection, behind the request
};

class FcgiClient final : public Handler {
  public:
    FcgiClient(FcgiOptions options, std::shared_ptr<SpoolRoom> buffers)
        : options_(std::move(options)), buffers_(std::move(buffers)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        Delivery(options_, backends_, *buffers_, request, response).run(script_of(request));
    }

    bool may_migrate() const noexcept override { return true; }

  private:
    cgi::Script script_of(const Request& request) const {
        if (const auto* found = request.context.find<cgi::Script>()) return *found;
        cgi::Script script = options_.script;
        if (!is_at(request.url.path, script.name)) script.name.clear();
        return script;
    }

    const FcgiOptions options_;
    const std::shared_ptr<SpoolRoom> buffers_;
    mutable FcgiBackends backends_{options_};
    const FcgiHealth health_{options_, backends_};  // last: it uses both
};

bool is_path(const std::string& text) {
    try {
        return text.starts_with('/') && Url::parse(text).path == text;
    } catch (const HttpError&) {
        return false;
    }
}

}  // namespace

HandlerPtr fcgi_client(FcgiOptions options) {
    auto buffers = std::make_shared<SpoolRoom>(options.buffer_total);
    return fcgi_client(std::move(options), std::move(buffers));
}

HandlerPtr fcgi_client(FcgiOptions options, std::shared_ptr<SpoolRoom> buffers) {
    if (!options.ping.empty() && !is_path(options.ping))
        throw Error("\"" + options.ping +
                    "\" is nothing to ping a FastCGI application by: expected a path like /ping, "
                    "without a query");
    if (options.max_connections == 0) throw Error("a FastCGI client needs one connection at least");
    if (options.keep > options.max_connections)
        throw Error("a FastCGI client cannot keep " + std::to_string(options.keep) +
                    " connections of " + std::to_string(options.max_connections));
    return std::make_shared<const FcgiClient>(std::move(options), std::move(buffers));
}

void reach_fcgi(std::string_view backend, milliseconds patience) {
    FcgiBackend::parse(backend).reach(patience);
}

}  // namespace turngate

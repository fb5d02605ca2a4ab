// How the requests of a FastCGI connection get their handlers.
#include <utility>

#include "net/fcgi_exchange.h"
#include "net/fcgi_session.h"
#include <turngate/http/serve.h>

namespace turngate::net {
namespace {

// A body this short is collected before the handler gets a thread: who drips holds none up.
constexpr std::uint64_t short_body = 64 * 1024;
// Handlers in a row on one thread before other connections have their turn.
constexpr int most_in_turn = 64;

}  // namespace

// The variables are here, and perhaps enough of the body.
void FcgiSession::begin_if_ready(FcgiStream& stream) {
    if (!stream.has_params || stream.is_begun) return;
    if (!stream.is_complete() && stream.length <= short_body) return;
    const bool is_urgent = door_.is_operation(stream.request.url.path);
    if (is_express_ && !is_urgent) {
        if (door_.options.observer) door_.options.observer->refused(503);
        return end(stream, {.protocol_status = fcgi::ProtocolStatus::overloaded});
    }
    stream.is_begun = true;
    for (const StreamPtr& owned : streams_) {
        if (owned.get() != &stream) continue;
        if (is_express_)
            immediate_.push_back(owned);
        else
            waiting_.insert(is_urgent ? waiting_.begin() : waiting_.end(), owned);
    }
}

// A thread takes requests that wait, and calls another if it may be held up.
void FcgiSession::work() {
    for (int turn = 0;; ++turn) {
        StreamPtr stream;
        {
            const Access access(*this);
            if (waiting_.empty()) return;
            const bool has_had_its_turn = turn == most_in_turn;
            if (!has_had_its_turn) {
                stream = std::move(waiting_.front());
                waiting_.erase(waiting_.begin());
            }
            if (!waiting_.empty() && !std::exchange(has_call_for_thread_, true))
                door_.scheduler.post([self = shared_from_this()] {
                    {
                        const Access inner(*self);
                        self->has_call_for_thread_ = false;
                    }
                    self->work();
                });
            if (has_had_its_turn) return;
        }
        if (door_.may_migrate)
            door_.stacks.run([self = shared_from_this(), stream] { self->run(stream); });
        else
            run(stream);
    }
}

void FcgiSession::run(const StreamPtr& stream) {
    const HttpOptions& options = door_.options;
    Request& request = stream->request;
    Context& context = request.context;
    FcgiExchange exchange(*this, *stream);
    {
        const Access access(*this);
        if (is_closed_ || stream->is_ended) return;
        request.body = exchange.body();
    }
    const auto began =
        options.observer ? Connection::Clock::now() : Connection::Clock::time_point();
    context.request_id = new_request_id();
    context.reporter = options.reporter;
    context.stop = stream->gone.get_token();
    if (options.observer) options.observer->began(request);
    Outcome outcome;
    {
        const HandlerPtr handler = door_.handler_for(request.url.path);
        if (handler->may_migrate()) context.parking = &door_.parking;
        ResponseWriter response(exchange, request.method);
        outcome = serve(*handler, request, response);
    }
    if (options.observer)
        options.observer->ended(request, outcome, Connection::Clock::now() - began);
    if (!request.body.arrived()) request.body = {};  // it reads from the exchange, which ends here
    bool is_over = false;
    {
        const Access access(*this);
        is_over = !is_closed_ && (is_done() || is_cancelled_);
    }
    if (is_over) wake();
    context.stop = door_.shutdown.get_token();
    settle(context, outcome);
}

}  // namespace turngate::net

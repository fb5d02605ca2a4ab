// How the requests of a FastCGI connection get their handlers.
#include <utility>

#include "net/fcgi_exchange.h"
#include "net/fcgi_session.h"
#include <turngate/http/serve.h>

namespace turngate::net {
namespace {

// A body this short is collected before the handler gets a thread: who drips holds none up.
constexpr std::uint64_t short_body = 64 * 1024;

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
    for (const StreamPtr& owned : streams_)
        if (owned.get() == &stream) enlist(owned, is_urgent);
}

void FcgiSession::run(const StreamPtr& stream) {
    Request& request = stream->request;
    FcgiExchange exchange(*this, *stream);
    {
        const Access access(*this);
        if (is_closed_ || stream->is_ended) return;
        request.body = exchange.body();
    }
    const Outcome outcome = answer(door_, *door_.handler_for(request.url.path), request, exchange,
                                   stream->gone.get_token());
    bool has_more_to_do = false;
    {
        const Access access(*this);
        has_more_to_do = !is_closed_ && (is_done() || is_cancelled_ || can_resume());
    }
    if (has_more_to_do) wake();
    request.context.stop = door_.shutdown.get_token();
    settle(request.context, outcome);
}

}  // namespace turngate::net

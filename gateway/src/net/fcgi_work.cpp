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

// A handler may go on on another thread: so this may not become a part of who calls it.
[[gnu::noinline]] Headers& spare_headers() {
    thread_local Headers headers;
    return headers;
}

// The variables are here, and perhaps enough of the body.
void FcgiSession::begin_if_ready(FcgiStream& stream) {
    if (!stream.has_params || stream.is_begun) return;
    if (!stream.is_complete() && stream.length <= short_body) return;
    const bool is_urgent = door_.is_operation(stream.request.url.path);
    if (is_express_ && !is_urgent) return turn_away(stream);
    stream.is_begun = true;
    buffered_ += stream.body.size();
    for (const StreamPtr& owned : streams_)
        if (owned.get() == &stream) enlist(owned, is_urgent);
}

bool FcgiSession::take_up(FcgiStream& stream) {
    if (is_closed_ || stream.is_ended) return false;
    stream.has_source = stream.received < stream.length;
    if (stream.has_source || stream.body.empty()) return true;
    buffered_ -= stream.body.size();
    stream.request.body = stream.body.take_all();
    watch();  // there may be room for more
    return true;
}

void FcgiSession::run(const StreamPtr& stream) {
    if (stream->gone.stop_requested()) return;  // since it was taken up
    Request& request = stream->request;
    FcgiExchange exchange(*this, *stream);
    if (stream->has_source) request.body = exchange.body();
    stream->handler = door_.handler_for(request.url.path);
    const Outcome outcome =
        answer(door_, *stream->handler, request, exchange, stream->gone.get_token());
    if (exchange.is_over()) wake();
    if (request.context.has_deferred()) request.context.stop = door_.shutdown.get_token();
    settle(request.context, outcome);
    request.headers.clear();
    spare_headers() = std::move(request.headers);
}

}  // namespace turngate::net

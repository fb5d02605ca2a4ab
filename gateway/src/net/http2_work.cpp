// How the requests of a connection that speaks HTTP/2 get their handlers.
#include <algorithm>
#include <utility>

#include "net/http2_exchange.h"
#include "net/http2_session.h"
#include <turngate/http/serve.h>

namespace turngate::net {
namespace {

// A body this short is collected before the handler gets a thread: who drips holds none up.
constexpr std::uint64_t short_body = 32 * 1024;

}  // namespace

// The head is here, and perhaps enough of the body.
void Http2Session::begin_if_ready(Http2Stream& stream) {
    if (!stream.has_head || stream.is_begun) return;
    if (stream.received > door_.limits.body)
        return refuse(stream, {413, "the request body is larger than " +
                                        std::to_string(door_.limits.body) + " bytes"});
    // A client that waits for a 100, or for an answer to what it has sent of a stream, needs the
    // handler now, if there are threads enough.
    const bool is_waiting =
        stream.owes_continue || (!stream.head.length() && !door_.scheduler.is_crowded());
    const bool is_long =
        stream.head.length().value_or(0) > short_body || stream.body.size() > short_body;
    if (!stream.is_complete && !is_waiting && !is_long) return;
    const bool is_urgent = door_.is_operation(stream.head.path());
    if (is_express_ && !is_urgent && !door_.queues)
        return refuse(stream, {503, std::string(busy_text)});
    stream.is_begun = stream.is_at_work = true;
    enlist(streams_.at(stream.id), is_urgent);
}

void Http2Session::refuse(Http2Stream& stream, const http1::HeadError& error) {
    if (door_.options.observer) door_.options.observer->refused(error.status);
    stream.is_begun = stream.is_ended = stream.is_unwanted = true;
    stream.touched = now();
    link_.consumed(stream, stream.body.size());
    stream.body = {};
    const Response page = door_.dialect.refuse(stream.head.headers(), error.status, error.message);
    Http2Link::Fields fields = {{":status", std::to_string(page.status)}};
    for (const auto& [name, value] : page.headers)
        fields.emplace_back(lower_case(name), value);
    if (!page.body.empty()) fields.emplace_back("content-length", std::to_string(page.body.size()));
    fields.emplace_back("date", date_now());
    if (page.status == 503) fields.emplace_back("retry-after", "1");
    const bool has_body = !page.body.empty() && stream.head.method() != "HEAD";
    if (has_body) stream.put_output(page.body);
    link_.respond(stream, fields, has_body);
    stream.is_error = true;  // in the trailers alone where the dialect has it so
}

void Http2Session::run(const StreamPtr& stream) {
    HandlerPtr handler;  // first: what it has attached, deferred or thrown may be its code
    Request request;
    Outcome outcome;
    bool is_gone = false;
    Http2Exchange exchange(*this, *stream);
    {
        const Access access(*this);
        is_gone = stream->is_closed;
        if (!is_gone) {
            stream->head.fill(request, door_.options.platform);
            request.body = exchange.body();
            if (stream->client_deadline)
                request.context.put(ClientDeadline{*stream->client_deadline});
        }
    }
    if (!is_gone) {
        request.remote_address = connection_->peer();
        handler = door_.handler_for(request.url.path);
        outcome = answer(door_, *handler, request, exchange, stream->gone.get_token());
    }
    {
        const Access access(*this);
        stream->is_at_work = false;
        stream->is_unwanted = true;
        if (!stream->body.empty()) {
            link_.consumed(*stream, stream->body.size());
            stream->body = {};
            link_.flush();
        }
        if (stream->is_closed) forget(*stream);
        if (streams_.empty() && (last_call_ != never || link_.is_done())) wake();
    }
    if (is_gone) return;
    request.context.stop = door_.shutdown.get_token();
    settle(request.context, outcome);
}

}  // namespace turngate::net

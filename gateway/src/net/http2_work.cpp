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
// Handlers in a row on one thread before other connections have their turn.
constexpr int most_in_turn = 64;

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
    if (is_express_ && !is_urgent)
        return refuse(stream, {503, "the server is busy, try again later"});
    stream.is_begun = stream.is_at_work = true;
    StreamPtr owned = streams_.at(stream.id);
    if (is_express_)
        immediate_.push_back(std::move(owned));
    else if (is_urgent)
        waiting_.push_front(std::move(owned));
    else
        waiting_.push_back(std::move(owned));
}

void Http2Session::refuse(Http2Stream& stream, const http1::HeadError& error) {
    if (door_.options.observer) door_.options.observer->refused(error.status);
    stream.is_begun = stream.is_ended = stream.is_unwanted = true;
    stream.touched = now();
    link_.consumed(stream, stream.body.size());
    stream.body = {};
    const std::string message = error.message + '\n';
    Http2Link::Fields fields = {{":status", std::to_string(error.status)},
                                {"content-type", "text/plain; charset=utf-8"},
                                {"content-length", std::to_string(message.size())},
                                {"date", std::string(date_now())}};
    if (error.status == 503) fields.emplace_back("retry-after", "1");
    const bool is_head = stream.head.method() == "HEAD";
    if (!is_head) stream.put_output(message);
    link_.respond(stream, fields, !is_head);
}

// A thread takes streams that wait, and calls another if it may be held up.
void Http2Session::work() {
    for (int turn = 0;; ++turn) {
        StreamPtr stream;
        {
            const Access access(*this);
            if (waiting_.empty()) return;
            const bool has_had_its_turn = turn == most_in_turn;
            if (!has_had_its_turn) {
                stream = std::move(waiting_.front());
                waiting_.pop_front();
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

void Http2Session::run(const StreamPtr& stream) {
    const HttpOptions& options = door_.options;
    const auto began = Connection::Clock::now();
    Request request;
    Outcome outcome;
    bool is_gone = false;
    Http2Exchange exchange(*this, *stream);
    {
        const Access access(*this);
        is_gone = stream->is_closed;
        if (!is_gone) {
            stream->head.fill(request);
            request.body = exchange.body();
        }
    }
    Context& context = request.context;
    if (!is_gone) {
        request.remote_address = connection_->peer();
        context.request_id = new_request_id();
        context.reporter = options.reporter;
        context.stop = stream->gone.get_token();
        if (options.observer) options.observer->began(request);
        {
            const HandlerPtr handler = door_.handler_for(request.url.path);
            if (handler->may_migrate()) context.parking = &door_.parking;
            ResponseWriter response(exchange, request.method);
            outcome = serve(*handler, request, response);
        }
        if (options.observer)
            options.observer->ended(request, outcome, Connection::Clock::now() - began);
        request.body = {};  // it reads from the exchange, which ends here
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
    context.stop = door_.shutdown.get_token();
    settle(context, outcome);
}

}  // namespace turngate::net

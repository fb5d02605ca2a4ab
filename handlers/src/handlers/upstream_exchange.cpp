// Request out, reply in. The way of most requests is one send and one receive, in this order.
#include "upstream_exchange.h"

#include <algorithm>
#include <cerrno>
#include <stop_token>

#include "exchange_rules.h"
#include "http1_upload.h"
#include "upstream_fields.h"
#include "upstream_tunnel.h"
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>

namespace turngate {
namespace {

using Received = UpstreamConnection::Received;
using http1::Progress;

constexpr int most_interim = 32;
constexpr std::size_t most_fields = 256;

// True if `list` has protocols, and each is one of those that `asked` lists.
bool are_among(std::string_view list, std::string_view asked) {
    bool has_any = false;
    while (!list.empty()) {
        const std::string_view one = take_element(list);
        if (one.empty()) continue;
        bool is_known = false;
        for (std::string_view rest = asked; !rest.empty() && !is_known;)
            is_known = iequals(take_element(rest), one);
        if (!is_known) return false;
        has_any = true;
    }
    return has_any;
}

}  // namespace

UpstreamExchange::End UpstreamExchange::run() {
    connection_.out.clear();
    sent_ = write_upstream_request(connection_.out, request_, terms_.options, terms_.target);
    const std::stop_callback stop(request_.context.stop, [this] {
        is_stopped_ = true;
        connection_.shut();
    });
    if (!send_request()) return End::stale;

    phase_ = "waiting for the reply's head";
    const http1::Limits limits{
        .section = terms_.options.max_reply_head, .fields = most_fields, .body = UINT64_MAX};
    using Upgrade = http1::ReplyHeadParser::Upgrade;
    http1::ReplyHeadParser parser(request_.method == "HEAD", limits,
                                  sent_.upgrade.empty() ? Upgrade::not_asked : Upgrade::asked);
    http1::ReplyHead head;
    do {
        if (!receive_head(parser, head)) return End::stale;
        if (head.status == 101) return switch_protocols(head);
        if (head.status < 200) pass_interim(head);
    } while (head.status < 200);
    status_ = head.status;

    phase_ = "reading the reply's body";
    if (is_event_stream(head.headers)) deadline_ = terms_.request_deadline;
    const bool keeps_alive = head.keep_alive;
    relay(head);
    return conclude(keeps_alive);
}

// False if a connection that was kept turned out to be closed.
bool UpstreamExchange::send_request() {
    Body& body = request_.body;
    const std::string& head = connection_.out;
    is_replayable_ = body.arrived() && !sent_.is_chunked;
    const std::string_view bytes = is_replayable_ ? body.buffered() : std::string_view();
    std::size_t n = 0;
    try {
        n = connection_.send_now(head, bytes);
    } catch (const std::system_error& e) {
        check();
        if (connection_.idle_since && is_gone(e)) return false;
        is_replayable_ = false;
        return true;  // a server that reads nothing may have said why
    }
    const bool is_sent = n == head.size() + bytes.size();
    if (is_sent && (is_replayable_ || (!sent_.is_chunked && body.size() == 0))) return true;
    const std::size_t of_head = std::min(n, head.size());
    const Http1Parts parts{std::string_view(head).substr(of_head), bytes.substr(n - of_head),
                           sent_.is_chunked};
    try {
        upload_.emplace(connection_, body, deadline_, http1_upload(body, parts));
    } catch (const std::system_error& e) {
        throw HttpError(503, std::string("there is no thread to send a body: ") + e.what());
    }
    return true;
}

// False as above.
bool UpstreamExchange::receive_head(http1::ReplyHeadParser& parser, http1::ReplyHead& head) {
    for (;;) {
        if (connection_.unread.empty()) {
            Received got;
            try {
                got = receive(has_reply_ ? terms_.options.idle_timeout
                                         : terms_.options.first_byte_timeout);
            } catch (const std::system_error& e) {
                if (is_gone(e) && is_stale()) return false;
                fail(e.what());
            }
            if (got == Received::end && is_stale()) return false;
            if (got == Received::end) fail("the connection was closed");
            has_reply_ = true;
        }
        const Progress progress = parser.feed(connection_.unread);
        if (progress == Progress::failed) fail(parser.error().message);
        if (progress == Progress::more) continue;
        head = parser.take();
        return true;
    }
}

bool UpstreamExchange::is_stale() const {
    return connection_.idle_since && !has_reply_ && is_replayable_ &&
           is_idempotent(request_.method);
}

void UpstreamExchange::pass_interim(http1::ReplyHead& head) {
    if (++interim_ > most_interim)
        fail("there are more than " + std::to_string(most_interim) + " interim replies");
    if (head.status > 100) response_.interim(head.status, passed_on(head));
}

void UpstreamExchange::relay(http1::ReplyHead& head) {
    const http1::Framing framing = head.framing;
    response_.relay();
    response_.status(head.status);
    if (response_.headers().empty())
        response_.headers() = passed_on(head);
    else
        response_.headers().merge(passed_on(head));
    const http1::Limits limits{
        .section = terms_.options.max_reply_head, .fields = most_fields, .body = UINT64_MAX};
    http1::BodyDecoder body(framing, limits);
    const bool is_small =
        framing.kind == http1::Framing::Kind::length && framing.length <= ResponseWriter::hold_back;
    relay_body(body, is_small);
    Headers trailers = passed_on_trailers(body.take_trailers());
    if (trailers.empty()) return;
    if (!response_.committed()) response_.flush();  // with a Content-Length there are none
    response_.trailers(std::move(trailers));
}

// Whatever the upstream lets us wait for, the client gets what there is; but not piece by piece
// what is small.
void UpstreamExchange::relay_body(http1::BodyDecoder& body, bool is_small) {
    bool is_flushed = is_small;
    for (Progress progress = Progress::more;;) {
        do {
            std::string_view data;
            progress = body.feed(connection_.unread, data);
            if (data.empty()) continue;
            response_.write(data);
            is_flushed = is_small;
        } while (progress == Progress::more && !connection_.unread.empty());
        if (progress == Progress::failed) fail(body.error().message);
        if (progress == Progress::done) return;
        Received got = Received::nothing;
        try {
            check();
            if (Clock::now() >= deadline_) fail_late();
            if (!is_flushed) got = connection_.receive_now();
        } catch (const std::system_error& e) {
            fail(e.what());
        }
        if (got == Received::nothing) {
            if (!is_flushed) response_.flush();
            is_flushed = true;
            try {
                got = receive(terms_.options.idle_timeout);
            } catch (const std::system_error& e) {
                fail(e.what());
            }
        }
        if (got != Received::end) continue;
        check();
        if (body.end() == Progress::failed) fail(body.error().message);
        return;
    }
}

// A reply that came before the upload had ended is all the client will get.
UpstreamExchange::End UpstreamExchange::conclude(bool keeps_alive) {
    if (upload_ && !upload_->has_ended()) {
        response_.finish();
        upload_.reset();
        return End::spent;
    }
    upload_.reset();
    const bool is_clean =
        keeps_alive && connection_.unread.empty() && !connection_.has_unsent() && !is_stopped_;
    return is_clean ? End::kept : End::spent;
}

UpstreamExchange::End UpstreamExchange::switch_protocols(http1::ReplyHead& head) {
    const std::string protocol = head.headers.joined("upgrade");
    if (!are_among(protocol, sent_.upgrade))
        fail("the protocol is switched to one that was not asked for");
    status_ = head.status;
    phase_ = "passing on the switched protocol";
    Headers fields = passed_on(head);
    fields.add("Connection", "Upgrade");
    fields.add("Upgrade", protocol);
    RawConnection& client = response_.switch_protocols(fields);
    try {
        join_connections(client, connection_, terms_.options.switched_idle_timeout,
                         request_.context.stop, request_.context.parking);
    } catch (const std::system_error& e) {
        fail(e.what());
    }
    return End::spent;
}

UpstreamExchange::Clock::time_point UpstreamExchange::until(std::chrono::milliseconds limit) const {
    return limit.count() > 0 ? sooner(deadline_, Clock::now(), limit) : deadline_;
}

// Never `nothing`. An end may be that of the request rather than the peer's.
Received UpstreamExchange::receive(std::chrono::milliseconds limit) {
    Received got;
    try {
        got = connection_.receive(until(limit));
    } catch (const std::system_error&) {
        check();
        throw;
    }
    if (got == Received::nothing) fail_late();
    if (got == Received::end) check();
    return got;
}

// What went wrong here explains what went wrong there.
void UpstreamExchange::check() const {
    if (is_stopped_) throw Cancelled("the request was cancelled");
    if (upload_) upload_->check();
}

void UpstreamExchange::fail(const std::string& what) const {
    check();
    throw ProtocolError(terms_.target.text + ": " + what + ", " + phase_);
}

void UpstreamExchange::fail_late() const {
    check();
    throw HttpError(504, terms_.target.text + ": the time is up, " + phase_);
}

}  // namespace turngate

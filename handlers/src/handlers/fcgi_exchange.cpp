// Request out, reply in. The way of most requests is one send and one receive, in this order.
#include "fcgi_exchange.h"

#include <algorithm>
#include <system_error>

#include "exchange_rules.h"
#include "upstream_fields.h"
#include <turngate/handlers/reply_errors.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

using Received = UpstreamConnection::Received;
using fcgi::RecordReader;
using fcgi::Type;

constexpr std::size_t most_errors = 8 * 1024;  // bytes of the log

}  // namespace

FcgiExchange::FcgiExchange(UpstreamConnection& connection, Request& request,
                           const FcgiRequest& records, ResponseWriter& response, const Terms& terms)
    : connection_(connection),
      request_(request),
      records_(records),
      response_(response),
      terms_(terms),
      deadline_(terms.deadline),
      error_(request.context, most_errors) {}

FcgiExchange::End FcgiExchange::run() {
    const std::stop_callback stop(request_.context.stop, [this] {
        is_stopped_ = true;
        connection_.shut();
    });
    if (!send_request()) return End::unsent;
    phase_ = "waiting for the reply";
    while (!end_) {
        if (!receive()) {
            if (!has_reply_) return End::closed;
            finish_at_close();
            break;
        }
        take_records();
    }
    return conclude();
}

// False if a connection that was kept turned out to be closed.
bool FcgiExchange::send_request() {
    Body& body = request_.body;
    std::size_t n = 0;
    std::size_t size = 0;
    for (const std::string_view part : records_.parts())
        size += part.size();
    try {
        n = connection_.send_now(records_.parts());
    } catch (const std::system_error& e) {
        check();
        if (connection_.idle_since && is_gone(e)) return false;
        return true;  // an application that reads nothing may have said why
    }
    if (n == size && body.arrived()) return true;
    has_taken_body_ = !body.arrived();
    try {
        upload_.emplace(connection_, deadline_, records_.rest(n, body),
                        terms_.options.send_timeout);
    } catch (const std::system_error& e) {
        throw HttpError(503, std::string("there is no thread to send a body: ") + e.what());
    }
    return true;
}

// Waits for the next bytes; false at the end. While there are none what there is goes to the
// client.
bool FcgiExchange::receive() {
    try {
        Received got = Received::nothing;
        if (!is_flushed_) {
            check();
            got = connection_.receive_now();
            if (got == Received::nothing) flush();
        }
        while (got == Received::nothing) {
            check();
            const auto now = Clock::now();
            if (now >= deadline_) fail_late(false);  // the client was slow
            // A request that is still being sent has its own times.
            const bool is_sent = !upload_ || !upload_->is_sending();
            const auto until = sooner(deadline_, now, terms_.options.read_timeout);
            got = connection_.receive(until);
            if (got == Received::nothing && (is_sent || until == deadline_)) fail_late(is_sent);
        }
        if (got == Received::bytes) return has_reply_ = true;
    } catch (const std::system_error& e) {
        check();
        if (!is_gone(e)) fail(e.what());
    }
    check();
    return false;
}

void FcgiExchange::take_records() {
    for (RecordReader::Piece piece; !end_;) {
        switch (reader_.next(connection_.unread, piece)) {
            case RecordReader::Result::more:
                return;
            case RecordReader::Result::failed:
                fail(reader_.error());
            case RecordReader::Result::piece:
                take_piece(piece);
        }
    }
}

void FcgiExchange::take_piece(const RecordReader::Piece& piece) {
    const fcgi::Header& header = piece.header;
    if (header.request_id == 0) {  // about the connection: nothing was asked, so nothing is due
        is_clean_ = false;
        return;
    }
    if (header.request_id != FcgiRequest::id)
        fail("a record of the request " + std::to_string(header.request_id) +
             " came, which there is none of on this connection");
    switch (header.type) {
        case Type::standard_output:
            if (has_output_end_)
                is_clean_ = false;
            else if (header.content_size == 0)
                has_output_end_ = true;
            else
                take_output(piece.content);
            return;
        case Type::standard_error:
            error_.feed(piece.content);
            return;
        case Type::end_request:
            take_end(piece.content);
            return;
        default:
            fail("a record of type " + std::to_string(static_cast<int>(header.type)) +
                 " came, which no application sends");
    }
}

void FcgiExchange::take_output(std::string_view bytes) {
    if (has_head_) return take_body(bytes);
    try {
        if (!head_reader_.feed(bytes)) return;
    } catch (const ProtocolError& e) {
        fail(e.what());
    }
    has_head_ = true;
    phase_ = "reading the reply's body";
    begin_response();
    take_body(head_reader_.rest());
}

void FcgiExchange::begin_response() {
    cgi::ResponseHead& head = head_reader_.head();
    for (const std::string& remark : head.remarks)
        request_.context.log(Level::warn, terms_.backend + ": " + remark);
    const bool streams = is_streamed(head.headers);
    if (is_event_stream(head.headers)) deadline_ = terms_.request_deadline;
    remove_server_fields(head.headers, request_.context, terms_.backend,
                         terms_.options.passes_file_fields);

    response_.relay();
    response_.status(head.status);
    if (response_.headers().empty())
        response_.headers() = std::move(head.headers);
    else
        response_.headers().merge(head.headers);
    if (head.status == 204) return;
    content_length_ = head.content_length;
    if (!content_length_) return;
    response_.headers().set("Content-Length", std::to_string(*content_length_));
    is_small_ = *content_length_ <= ResponseWriter::hold_back && !streams;
}

void FcgiExchange::take_body(std::string_view bytes) {
    is_flushed_ = false;
    const std::uint64_t before = body_size_;
    body_size_ += bytes.size();
    if (content_length_ && body_size_ > *content_length_) {
        if (before <= *content_length_)
            request_.context.log(Level::warn,
                                 terms_.backend + ": the body has more than its Content-Length, " +
                                     std::to_string(*content_length_) + "; the rest is cut");
        is_clean_ = false;
        bytes = bytes.substr(0, *content_length_ - std::min(before, *content_length_));
    }
    response_.write(bytes);
}

void FcgiExchange::flush() {
    is_flushed_ = true;
    const bool is_whole = content_length_ && body_size_ >= *content_length_;
    if (has_head_ && (!is_small_ || is_whole)) response_.flush();
}

void FcgiExchange::take_end(std::string_view content) {
    const auto end = fcgi::read_end_request(content);
    if (!end) fail("an END_REQUEST record came that has not 8 bytes");
    const bool has_output = has_head_ || head_reader_.size() > 0;
    using fcgi::ProtocolStatus;
    switch (end->protocol_status) {
        case ProtocolStatus::request_complete:
            break;
        case ProtocolStatus::overloaded:
            if (has_output) fail("the request was refused as too much, within its reply");
            end_ = End::overloaded;
            return;
        case ProtocolStatus::cannot_multiplex:
            if (has_output) fail("the request was refused as one of two, within its reply");
            end_ = End::cannot_multiplex;
            return;
        case ProtocolStatus::unknown_role:
            fail("the application is no responder: it refused the role");
        default:
            fail("the request ended with the protocol status " +
                 std::to_string(static_cast<int>(end->protocol_status)) + ", which there is not");
    }
    if (!has_head_)
        fail(has_output ? "the reply ended before the end of its head" : "the reply is empty");
    if (end->app_status != 0)
        request_.context.log(Level::warn, terms_.backend + ": the application ended with status " +
                                              std::to_string(end->app_status));
    end_ = End::spent;
}

// Whether less has come than Content-Length says, of a reply that may have a body.
bool FcgiExchange::is_body_due() const noexcept {
    const int status = response_.status();
    return content_length_ && body_size_ < *content_length_ && request_.method != "HEAD" &&
           status != 304;
}

// The connection was closed without END_REQUEST. That may be a whole reply only if it can be seen.
void FcgiExchange::finish_at_close() {
    is_clean_ = false;
    const bool is_whole = (content_length_ && body_size_ >= *content_length_) ||
                          (has_output_end_ && terms_.options.tolerate_missing_end);
    if (!has_head_ || !is_whole || !reader_.is_between())
        fail("the connection was closed before the end of the reply");
    end_ = End::spent;
}

FcgiExchange::End FcgiExchange::conclude() {
    if (*end_ != End::spent) return *end_;
    if (is_body_due())
        fail("the body has " + std::to_string(body_size_) + " bytes, and its Content-Length is " +
             std::to_string(*content_length_));
    if (upload_ && !upload_->has_ended()) {
        response_.finish();  // the client has its answer even if it is slow to send the rest
        upload_.reset();
        return End::spent;
    }
    upload_.reset();
    const bool is_reusable = records_.keeps_connection() && is_clean_ &&
                             connection_.unread.empty() && reader_.is_between() && !is_stopped_;
    return is_reusable ? End::kept : End::spent;
}

// What went wrong here explains what went wrong there.
void FcgiExchange::check() const {
    if (is_stopped_) throw Cancelled("the request was cancelled");
    if (upload_) upload_->check();
}

void FcgiExchange::fail(const std::string& what) const {
    check();
    throw ProtocolError(terms_.backend + ": " + what + ", " + phase_);
}

void FcgiExchange::fail_late(bool is_owed) const {
    check();
    const std::string what = terms_.backend + ": the time is up, " + phase_;
    if (is_owed) throw OverdueReply(what);
    throw HttpError(504, what);
}

}  // namespace turngate

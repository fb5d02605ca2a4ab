// Request out, reply in. The way of most requests is one send and one receive, in this order.
#include "fcgi_exchange.h"

#include <algorithm>
#include <exception>
#include <system_error>

#include "exchange_rules.h"
#include "upstream_fields.h"
#include <turngate/handlers/reply_errors.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

using fcgi::RecordReader;
using fcgi::Type;

constexpr std::size_t most_errors = 8 * 1024;  // bytes, where they are logged

}  // namespace

FcgiExchange::FcgiExchange(Lease& lease, Request& request, const FcgiRequest& records,
                           ResponseWriter& response, const Terms& terms)
    : lease_(lease),
      connection_(**lease),
      request_(request),
      records_(records),
      response_(response),
      terms_(terms),
      deadline_(terms.deadline),
      error_(request.context, most_errors) {}

FcgiExchange::~FcgiExchange() {
    if (reading_.joinable()) {  // the client has gone
        buffer_->abandon();
        shut();
        reading_.join();
    }
    error_.finish();
}

FcgiExchange::End FcgiExchange::run() {
    const std::stop_callback stop(request_.context.stop, [this] {
        is_stopped_ = true;
        if (!terms_.options.ignore_client_abort) shut();
    });
    if (!send_request()) return End::unsent;
    phase_ = "waiting for the reply";
    std::exception_ptr gone;
    try {
        answer();
    } catch (const Cancelled&) {
        if (!terms_.options.ignore_client_abort) throw;
        gone = std::current_exception();
    }
    if (!gone) return *end_;
    read_for_nobody();  // not in the catch, which is of one thread, and this may change threads
    std::rethrow_exception(gone);
}

void FcgiExchange::answer() {
    while (!end_ && !buffer_)
        read(true);
    if (buffer_) deliver();
    while (!end_)
        read(true);
    if (*end_ == End::answered) conclude();
}

// The client has gone, and the application is not to know.
void FcgiExchange::read_for_nobody() {
    if (reading_.joinable()) {
        while (buffer_->discard())
            buffer_->wait();
        return;
    }
    is_for_nobody_ = true;
    while (!end_)
        read(true);
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
        upload_.emplace(connection_, body, deadline_, records_.rest(n, body),
                        terms_.options.send_timeout);
    } catch (const std::system_error& e) {
        throw HttpError(503, std::string("there is no thread to send a body: ") + e.what());
    }
    return true;
}

// Takes what comes next; false if there is nothing yet.
bool FcgiExchange::read(bool waits) {
    switch (receive(waits)) {
        case Received::nothing:
            return false;
        case Received::bytes:
            has_reply_ = true;
            take_records();
            return true;
        case Received::end:
            break;
    }
    if (has_reply_)
        finish_at_close();
    else
        end_ = End::closed;
    return true;
}

// While there are no bytes what was written goes to the client.
FcgiExchange::Received FcgiExchange::receive(bool waits) {
    try {
        Received got = Received::nothing;
        if (!is_flushed_ || !waits) {
            check();
            got = connection_.receive_now();
            if (got == Received::nothing && waits) {
                flush();
                is_flushed_ = true;
            }
        }
        while (got == Received::nothing && waits) {
            check();
            const auto now = Clock::now();
            if (now >= deadline_) fail_late(false);  // the client was slow
            // A request that is still being sent has its own times.
            const bool is_sent = !upload_ || !upload_->is_sending();
            const auto until = sooner(deadline_, now, terms_.options.read_timeout);
            got = connection_.receive(until);
            if (got == Received::nothing && (is_sent || until == deadline_)) fail_late(is_sent);
        }
        if (got != Received::end) return got;
    } catch (const std::system_error& e) {
        check();
        if (!is_gone(e)) fail(e.what());
    }
    check();
    return Received::end;
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
        warn(remark);
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
    const bool has_body =
        request_.method != "HEAD" && head.status != 204 && head.status != 205 && head.status != 304;
    const FcgiOptions& options = terms_.options;
    if (options.buffer != FcgiOptions::Buffer::off && has_body && !streams)
        buffer_.emplace(
            ReplyBuffer::Limits{
                options.buffer_memory,
                options.buffer == FcgiOptions::Buffer::file ? options.buffer_file : 0,
                terms_.buffers, options.spool_directory},
            [this](std::string_view why) {
                warn("a reply cannot be stored, and waits for its client: " + std::string(why));
            });
    if (head.status == 204) return;
    content_length_ = head.content_length;
    if (!content_length_) return;
    response_.headers().set("Content-Length", std::to_string(*content_length_));
    is_due_ = request_.method != "HEAD" && head.status != 304;
    is_small_ = *content_length_ <= ResponseWriter::hold_back && !streams;
}

void FcgiExchange::take_body(std::string_view bytes) {
    const std::uint64_t before = body_size_;
    body_size_ += bytes.size();
    if (content_length_ && body_size_ > *content_length_) {
        if (before <= *content_length_)
            warn("the body has more than its Content-Length, " + std::to_string(*content_length_) +
                 "; the rest is cut");
        is_clean_ = false;
        bytes = bytes.substr(0, *content_length_ - std::min(before, *content_length_));
    }
    if (is_for_nobody_) return;
    if (buffer_) return buffer_->append(bytes);
    is_flushed_ = false;
    response_.write(bytes);
}

void FcgiExchange::flush() {
    if (is_for_nobody_) return;
    const std::uint64_t size = buffer_ ? buffer_->written() : body_size_;
    const bool is_whole = content_length_ && size >= *content_length_;
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
        warn("the application ended with status " + std::to_string(end->app_status));
    end_ = End::answered;
}

// The connection was closed without END_REQUEST. That may be a whole reply only if it can be seen.
void FcgiExchange::finish_at_close() {
    is_clean_ = false;
    const bool is_whole = (content_length_ && body_size_ >= *content_length_) ||
                          (has_output_end_ && terms_.options.tolerate_missing_end);
    if (!has_head_ || !is_whole || !reader_.is_between())
        fail("the connection was closed before the end of the reply");
    end_ = End::answered;
}

// Writes the reply as the client takes it, while it is read as the application writes it. What
// comes at once and fits into memory needs no second thread for that.
void FcgiExchange::deliver() {
    while (!end_ && buffer_->in_memory() < terms_.options.buffer_memory && read(false)) {
    }
    const bool is_read = end_.has_value();  // from here on `end_` may be the other thread's
    const bool is_shared = !is_read && begin_reading();
    if (is_read) finish_reading();
    if (!is_shared) buffer_->end({});
    for (;;) {
        if (is_stopped_) throw Cancelled("the request was cancelled");
        const ReplyBuffer::Next next = buffer_->write_next(response_);
        if (next == ReplyBuffer::Next::end) break;
        if (next == ReplyBuffer::Next::written) continue;
        flush();
        buffer_->wait();
    }
    if (is_shared) reading_.join();
    buffer_.reset();
    is_flushed_ = false;
}

// False if there is no thread for that.
bool FcgiExchange::begin_reading() {
    try {
        buffer_->share(request_.context.parking);
        reading_ = std::thread([this] { read_up(); });
        return true;
    } catch (const std::system_error& e) {
        warn(std::string("a reply waits for its client: ") + e.what());
        return false;
    }
}

void FcgiExchange::read_up() noexcept {
    std::exception_ptr failure;
    try {
        while (!end_)
            read(true);
        finish_reading();
    } catch (...) {
        failure = std::current_exception();
    }
    buffer_->end(failure);
}

// The application is free for the next request, unless it is still sent what is left of this one.
void FcgiExchange::finish_reading() {
    if (is_due_ && body_size_ < *content_length_)
        fail("the body has " + std::to_string(body_size_) + " bytes, and its Content-Length is " +
             std::to_string(*content_length_));
    if (!upload_ || upload_->has_ended()) release();
}

void FcgiExchange::conclude() {
    if (!is_released_) finish_reading();
    if (is_released_) return;
    response_.finish();  // the client has its answer even if it is slow to send the rest
    is_clean_ = false;
    release();
}

void FcgiExchange::release() {
    upload_.reset();
    const bool is_reusable = records_.keeps_connection() && is_clean_ &&
                             connection_.unread.empty() && reader_.is_between() && !is_stopped_;
    {
        const std::lock_guard lock(release_mutex_);
        is_released_ = true;
        if (is_reusable) lease_->keep();
        lease_.reset();
    }
    if (const auto* released = request_.context.find<FcgiReleased>()) released->tell();
}

// From any thread.
void FcgiExchange::shut() noexcept {
    const std::lock_guard lock(release_mutex_);
    if (!is_released_) connection_.shut();
}

// What went wrong here explains what went wrong there.
void FcgiExchange::check() const {
    if (is_stopped_ && !terms_.options.ignore_client_abort)
        throw Cancelled("the request was cancelled");
    if (upload_) upload_->check();
}

void FcgiExchange::warn(const std::string& what) const {
    request_.context.log(Level::warn, terms_.backend + ": " + what);
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

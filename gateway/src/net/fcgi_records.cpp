// What a web server sends, record by record.
#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "net/cgi_mapping.h"
#include "net/fcgi_session.h"
#include <turngate/fcgi/write.h>
#include <turngate/http/status.h>

namespace turngate::net {
namespace {

using fcgi::ProtocolStatus;
using fcgi::Type;

constexpr std::size_t most_streams = 16;
// For others of a connection that is to break, and for the last bytes of theirs to arrive.
constexpr std::chrono::milliseconds most_patience{2000};
constexpr std::chrono::milliseconds arrival_time{100};
constexpr std::string_view early_input = "FCGI_STDIN comes before all of FCGI_PARAMS";
constexpr std::string_view busy = "the server is busy, try again later";
// Few names are known, and more are not looked at.
constexpr fcgi::PairLimits value_limits{.bytes = fcgi::max_content, .pairs = 64};

// The memory of the last reader that this thread was done with, for most come and go in one call.
std::unique_ptr<fcgi::PairReader>& spare_reader() {
    thread_local std::unique_ptr<fcgi::PairReader> reader;
    return reader;
}

std::unique_ptr<fcgi::PairReader> take_reader(const fcgi::PairLimits& limits) {
    std::unique_ptr<fcgi::PairReader> reader = std::move(spare_reader());
    if (!reader) return std::make_unique<fcgi::PairReader>(limits);
    reader->restart(limits);
    return reader;
}

}  // namespace

bool FcgiSession::breaks(std::string_view rule) {
    notices_.broke_protocol(connection_->peer(), rule);
    if (door_.options.observer) door_.options.observer->refused(400);
    return false;
}

bool FcgiSession::take(const Piece& piece) {
    const fcgi::Header& header = piece.header;
    if (header.request_id == 0) return take_management(piece);
    if (header.type == Type::begin_request) return begin_request(piece);
    FcgiStream* stream = find(header.request_id);
    if (!stream) {
        // Of a request that has ended, or was rejected.
        if (requests_ == 0 && !owes_input_)
            return breaks("a record is of a request that has not begun");
        pass_over(fcgi::header_size + piece.content.size());
        return true;
    }
    switch (header.type) {
        case Type::params:
            return take_params(*stream, piece);
        case Type::standard_input:
            return take_input(*stream, piece);
        case Type::abort_request:
            if (piece.is_last) abort_request(*stream);
            return true;
        default:
            return ignore(fcgi::header_size + piece.content.size());
    }
}

// Section 4 of the specification.
bool FcgiSession::take_management(const Piece& piece) {
    if (!ignore(fcgi::header_size + piece.content.size())) return false;
    if (piece.header.type > Type::unknown_type || piece.header.type == Type{0}) {
        if (!piece.is_last) return true;
        std::string answer;
        fcgi::append_unknown_type(answer, piece.header.type);
        send(answer);
        return true;
    }
    if (piece.header.type != Type::get_values)
        return breaks("a record that is of a request has the id 0");
    if (!values_) values_.emplace(value_limits);
    values_->feed(piece.content);
    if (piece.is_last) answer_values();
    return true;
}

void FcgiSession::answer_values() {
    const std::string connections = std::to_string(door_.options.max_connections);
    // Of the application by the specification, and of the connection to who asks: HAProxy.
    const std::string requests = std::to_string(std::min(door_.options.max_threads, most_streams));
    const std::array<fcgi::Pair, 3> known = {
        {{"FCGI_MAX_CONNS", connections}, {"FCGI_MAX_REQS", requests}, {"FCGI_MPXS_CONNS", "1"}}};
    std::vector<fcgi::Pair> asked;
    for (const fcgi::Pair& pair : known)
        if (std::any_of(values_->pairs().begin(), values_->pairs().end(),
                        [&](const fcgi::Pair& name) { return name.name == pair.name; }))
            asked.push_back(pair);
    std::string answer;
    fcgi::append_get_values_result(answer, asked);
    values_.reset();
    send(answer);
}

bool FcgiSession::begin_request(const Piece& piece) {
    const std::uint16_t id = piece.header.request_id;
    const auto begin = fcgi::read_begin_request(piece.content);
    if (!begin || piece.header.content_size != piece.content.size())
        return breaks("an FCGI_BEGIN_REQUEST has not the 8 bytes that it must");
    if (FcgiStream* known = find(id)) {
        if (!known->is_ended) return breaks("a request begins whose id another one has");
        forget(*known);  // the rest of its body does not come any more
    }
    const bool is_ending = is_last_ || (door_.is_stopping && active_ > 0);
    if (begin->role != fcgi::Role::responder || active_ >= most_streams || is_ending) {
        owes_input_ = true;
        is_last_ = is_last_ || !begin->keeps_connection;
        reject(id, *begin, is_ending);
        return true;
    }
    if (streams_.size() >= most_streams)
        std::erase_if(streams_, [](const StreamPtr& other) { return other->is_ended; });
    ++requests_;
    ++active_;
    discarded_ = 0;
    const HttpOptions& limits = door_.options;
    const bool is_last = limits.max_requests != 0 && requests_ >= limits.max_requests;
    streams_.push_back(std::make_shared<FcgiStream>(
        id, begin->keeps_connection && !is_last,
        take_reader({.bytes = limits.header_size, .pairs = limits.header_count}),
        unused_.stop_possible() ? std::move(unused_) : std::stop_source(), time_));
    return true;
}

bool FcgiSession::take_params(FcgiStream& stream, const Piece& piece) {
    if (stream.is_ended) {
        pass_over(fcgi::header_size + piece.content.size());
        return true;
    }
    if (stream.has_params) return breaks("FCGI_PARAMS come behind their end");
    fcgi::PairReader& params = *stream.params;
    const bool is_over = piece.header.content_size == 0;
    if (is_over ? params.finish() : params.feed(piece.content)) {
        if (is_over) complete_params(stream);
    } else {
        refuse(stream, params.is_too_large() ? 431 : 400, params.error());
    }
    return true;
}

void FcgiSession::complete_params(FcgiStream& stream) {
    stream.has_params = true;
    stream.touched = time_;
    stream.request.headers = std::move(spare_headers());
    std::unique_ptr<fcgi::PairReader> params = std::move(stream.params);
    try {
        stream.length =
            fill_request(stream.request, params->pairs(),
                         {.mount = options_.mount,
                          .trust_remote_user = options_.trust_remote_user,
                          .pass_dot_segments = options_.pass_dot_segments,
                          .values = params->has_line_break() ? cgi::Values::unknown
                                                             : cgi::Values::single_lines});
    } catch (const HttpError& e) {
        return refuse(stream, e.status(), e.what());
    } catch (const Error& e) {  // no method
        return refuse(stream, 400, e.what());
    }
    spare_reader() = std::move(params);
    if (stream.length > door_.limits.body)
        return refuse(
            stream, 413,
            "the request body is larger than " + std::to_string(door_.limits.body) + " bytes");
    begin_if_ready(stream);
}

bool FcgiSession::take_input(FcgiStream& stream, const Piece& piece) {
    if (piece.header.content_size == 0) {
        stream.is_input_over = true;
        if (stream.is_ended) {
            forget(stream);
        } else if (!stream.has_params) {
            return breaks(early_input);
        } else if (!stream.is_begun && stream.received < stream.length) {
            refuse(stream, 400, "the request body ended before all of it had come");
        } else {
            changed_.notify_all();
            begin_if_ready(stream);
        }
        return true;
    }
    if (stream.is_ended || stream.is_torn) {
        pass_over(piece.content.size());
        return true;
    }
    if (!stream.has_params) return breaks(early_input);
    // What is more than declared is nobody's.
    const std::string_view body =
        piece.content.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(
                                    stream.length - stream.received, fcgi::max_content)));
    if (!ignore(piece.content.size() - body.size())) return false;
    if (body.empty()) return true;
    stream.received += body.size();
    if (stream.is_begun) buffered_ += body.size();
    stream.body.put(body);
    stream.touched = time_;
    if (stream.body_began == never) stream.body_began = stream.touched;
    changed_.notify_all();
    begin_if_ready(stream);
    return true;
}

void FcgiSession::abort_request(FcgiStream& stream) {
    if (stream.is_ended) return forget(stream);  // nor does more of its body come
    abandon(stream);
    end(stream, {.app_status = 1});
}

FcgiStream* FcgiSession::find(std::uint16_t id) const noexcept {
    for (const StreamPtr& stream : streams_)
        if (stream->id == id) return stream.get();
    return nullptr;
}

// Nothing is begun for it.
void FcgiSession::reject(std::uint16_t id, const fcgi::BeginRequest& begin, bool is_ending) {
    fcgi::EndRequest end;
    if (begin.role != fcgi::Role::responder) {
        tell_refused(501, "it is not for a responder");
        end.protocol_status = ProtocolStatus::unknown_role;
    } else if (is_ending) {  // HAProxy leaves such a connection, and others try another one
        tell_refused(503, door_.is_stopping ? "the door stops" : "its connection ends");
        end.protocol_status = ProtocolStatus::overloaded;
    } else {
        tell_refused(503, busy);
        send_page(id, {}, 503, busy);
    }
    std::string answer;
    fcgi::append_end_request(answer, id, end);
    send(answer);
}

void FcgiSession::refuse(FcgiStream& stream, int status, std::string_view message) {
    tell_refused(status, message);
    send_page(stream.id, stream.request.method, status, message);
    end(stream, {});
}

void FcgiSession::tell_refused(int status, std::string_view why) noexcept {
    notices_.refused(status, why);
    if (door_.options.observer) door_.options.observer->refused(status);
}

void FcgiSession::turn_away(FcgiStream& stream) {
    refuse(stream, 503, busy);
}

// All of a response, for a web server passes on nothing of an FCGI_END_REQUEST: to Apache one
// without a response is an empty one with 200.
void FcgiSession::send_page(std::uint16_t id, std::string_view method, int status,
                            std::string_view message) {
    constexpr std::size_t usual = 256;  // room is made once: a peer may ask for thousands of these
    std::string page;
    page.reserve(usual + message.size());
    page.append("Status: ").append(std::to_string(status)).append(" ");
    page.append(reason_phrase(status)).append("\r\nContent-Type: text/plain; charset=utf-8\r\n");
    if (status == 503) page.append("Retry-After: 1\r\n");
    page.append("Content-Length: ").append(std::to_string(message.size() + 1)).append("\r\n\r\n");
    if (method != "HEAD") page.append(message).append("\n");
    std::string answer;
    answer.reserve(page.size() + 2 * fcgi::header_size);
    fcgi::append_stream(answer, Type::standard_output, id, page);
    fcgi::append_end_of_stream(answer, Type::standard_output, id);
    send(answer);
}

void FcgiSession::end(FcgiStream& stream, const fcgi::EndRequest& how) {
    std::string answer;
    fcgi::append_end_request(answer, stream.id, how);
    send(answer);
    finish(stream);
}

// FCGI_END_REQUEST is on its way.
void FcgiSession::finish(FcgiStream& stream) {
    drop_body(stream);
    stream.is_ended = stream.is_begun = true;
    stream.touched = now();
    discarded_ = 0;
    if (--active_ == 0) idle_since_ = stream.touched;
    is_last_ = is_last_ || !stream.keeps_connection || door_.is_stopping;
    ended_at_ = stream.touched;
    // Made anew for each it would cost more than the rest of the stream. Whoever keeps a token for
    // longer than the request is told when a later one of this connection is abandoned.
    if (!stream.is_abandoned) unused_ = std::move(stream.gone);
    if (stream.is_torn) --torn_;
    if (stream.is_input_over) forget(stream);
}

// A web server may take what it has got for all there is, whatever the application's status says:
// only a connection that breaks may tell. Others on it have a moment to end before that, and no
// more begin.
void FcgiSession::tear(FcgiStream& stream) noexcept {
    drop_body(stream);
    stream.is_torn = true;
    if (torn_++ == 0) torn_since_ = now();
    is_last_ = true;
    if (breaks_at() > now()) return;
    connection_->reset();
    is_cancelled_ = true;
}

// A reset takes back what the peer has not read, also of replies that have ended.
Ticks FcgiSession::breaks_at() const noexcept {
    if (torn_ == 0) return never;
    const Ticks last = torn_since_ + most_patience.count();
    if (torn_ < active_ || !output_.empty()) return last;
    return std::min(last, ended_at_ + arrival_time.count());
}

void FcgiSession::drop_body(FcgiStream& stream) noexcept {
    if (stream.body.empty()) return;
    if (stream.is_begun) buffered_ -= stream.body.size();
    stream.body = {};
}

void FcgiSession::forget(const FcgiStream& stream) {
    std::erase_if(streams_, [&](const StreamPtr& other) { return other.get() == &stream; });
}

// A handler that has it, or will, is told.
void FcgiSession::abandon(FcgiStream& stream) {
    if (!stream.is_begun || stream.is_ended) return;
    stream.is_abandoned = true;
    for (const StreamPtr& other : streams_)
        if (other.get() == &stream) abandoned_.push_back(other);
    changed_.notify_all();
}

void FcgiSession::send(std::string_view bytes) {
    output_.put({&bytes, 1});
}

}  // namespace turngate::net

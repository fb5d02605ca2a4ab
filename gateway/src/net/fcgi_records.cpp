// What a web server sends, record by record.
#include <algorithm>
#include <array>
#include <utility>

#include "net/clean_headers.h"
#include "net/fcgi_session.h"
#include <turngate/cgi/variables.h>
#include <turngate/fcgi/write.h>
#include <turngate/http/status.h>

namespace turngate::net {
namespace {

using fcgi::ProtocolStatus;
using fcgi::Type;

constexpr std::size_t most_streams = 16;
// Few names are known, and more are not looked at.
constexpr fcgi::PairLimits value_limits{.bytes = fcgi::max_content, .pairs = 64};

Request request_of(std::span<const fcgi::Pair> variables, const FastcgiOptions& options) {
    const bool is_told = options.mount == "SCRIPT_NAME";
    Request request =
        cgi::to_request(variables, is_told ? cgi::Mount::script_name : cgi::Mount::nowhere);
    if (!is_told && !options.mount.empty()) request.url.strip_prefix(options.mount);
    clean_headers(request.headers, false);
    if (!options.trust_remote_user) return request;
    RemoteUser user;
    for (const auto& [name, value] : variables) {
        if (name == "REMOTE_USER") user.name = value;
        if (name == "AUTH_TYPE") user.auth_type = value;
    }
    if (!user.name.empty()) request.context.put(std::move(user));
    return request;
}

}  // namespace

bool FcgiSession::take(const Piece& piece) {
    const fcgi::Header& header = piece.header;
    if (header.request_id == 0) return take_management(piece);
    if (header.type == Type::begin_request) return begin_request(piece);
    FcgiStream* stream = find(header.request_id);
    if (!stream) {
        // Of a request that has ended, or was rejected.
        const bool has_begun_any = requests_ > 0 || owes_input_;
        return has_begun_any && ignore(fcgi::header_size + piece.content.size());
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
    if (piece.header.type != Type::get_values) return false;
    if (!values_) values_.emplace(value_limits);
    values_->feed(piece.content);
    if (piece.is_last) answer_values();
    return true;
}

void FcgiSession::answer_values() {
    const std::string connections = std::to_string(door_.options.max_connections);
    const std::string requests = std::to_string(door_.options.max_threads);
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
    if (!begin || piece.header.content_size != piece.content.size()) return false;
    if (FcgiStream* known = find(id)) {
        if (!known->is_ended) return false;
        forget(*known);  // the rest of its body does not come any more
    }
    const bool has_room = streams_.size() < most_streams && !is_last_;
    if (begin->role != fcgi::Role::responder || !has_room || (door_.is_stopping && active_ > 0)) {
        owes_input_ = true;
        is_last_ = is_last_ || !begin->keeps_connection;
        reject(id, begin->role != fcgi::Role::responder ? ProtocolStatus::unknown_role
                   : has_room                           ? ProtocolStatus::overloaded
                                                        : ProtocolStatus::cannot_multiplex);
        return true;
    }
    ++requests_;
    ++active_;
    discarded_ = 0;
    const HttpOptions& limits = door_.options;
    const bool is_last = limits.max_requests != 0 && requests_ >= limits.max_requests;
    streams_.push_back(std::make_shared<FcgiStream>(
        id, begin->keeps_connection && !is_last,
        fcgi::PairLimits{.bytes = limits.header_size, .pairs = limits.header_count}));
    return true;
}

bool FcgiSession::take_params(FcgiStream& stream, const Piece& piece) {
    if (stream.is_ended) return ignore(fcgi::header_size + piece.content.size());
    if (stream.has_params) return false;
    fcgi::PairReader& params = stream.params;
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
    stream.touched = now();
    try {
        stream.request = request_of(stream.params.pairs(), options_);
        stream.length = cgi::content_length(stream.params.pairs());
    } catch (const HttpError& e) {
        return refuse(stream, e.status(), e.what());
    } catch (const Error& e) {  // no method
        return refuse(stream, 400, e.what());
    }
    stream.params.clear();
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
            return false;
        } else if (!stream.is_begun && stream.received < stream.length) {
            refuse(stream, 400, "the request body ended before all of it had come");
        } else {
            changed_.notify_all();
            begin_if_ready(stream);
        }
        return true;
    }
    if (stream.is_ended) {
        if (ignore(piece.content.size())) return true;
        is_last_ = true;  // rather than a close, which a peer that sends may see before its answer
        return active_ == 0;
    }
    if (!stream.has_params) return false;
    // What is more than declared is nobody's.
    const std::string_view body =
        piece.content.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(
                                    stream.length - stream.received, fcgi::max_content)));
    if (!ignore(piece.content.size() - body.size())) return false;
    if (body.empty()) return true;
    stream.received += body.size();
    buffered_ += body.size();
    stream.body.put(body);
    stream.touched = now();
    if (stream.body_began == never) stream.body_began = stream.touched;
    changed_.notify_all();
    begin_if_ready(stream);
    return true;
}

void FcgiSession::abort_request(FcgiStream& stream) {
    if (stream.is_ended) return;
    abandon(stream);
    end(stream, {.app_status = 1});
}

FcgiStream* FcgiSession::find(std::uint16_t id) const noexcept {
    for (const StreamPtr& stream : streams_)
        if (stream->id == id) return stream.get();
    return nullptr;
}

// Nothing is begun for it.
void FcgiSession::reject(std::uint16_t id, ProtocolStatus status) {
    if (door_.options.observer)
        door_.options.observer->refused(status == ProtocolStatus::unknown_role ? 501 : 503);
    std::string answer;
    fcgi::append_end_request(answer, id, {.app_status = 0, .protocol_status = status});
    send(answer);
}

void FcgiSession::refuse(FcgiStream& stream, int status, std::string_view message) {
    if (door_.options.observer) door_.options.observer->refused(status);
    std::string page = "Status: " + std::to_string(status) + ' ';
    page.append(reason_phrase(status)).append("\r\nContent-Type: text/plain; charset=utf-8\r\n");
    page.append("Content-Length: ").append(std::to_string(message.size() + 1)).append("\r\n\r\n");
    if (stream.request.method != "HEAD") page.append(message).append("\n");
    std::string answer;
    fcgi::append_stream(answer, Type::standard_output, stream.id, page);
    fcgi::append_end_of_stream(answer, Type::standard_output, stream.id);
    send(answer);
    end(stream, {});
}

void FcgiSession::end(FcgiStream& stream, const fcgi::EndRequest& how) {
    std::string answer;
    fcgi::append_end_request(answer, stream.id, how);
    send(answer);
    finish(stream);
}

// FCGI_END_REQUEST is on its way.
void FcgiSession::finish(FcgiStream& stream) {
    stream.is_ended = stream.is_begun = true;
    stream.touched = now();
    buffered_ -= stream.body.size();
    stream.body = {};
    discarded_ = 0;
    if (--active_ == 0) idle_since_ = stream.touched;
    is_last_ = is_last_ || !stream.keeps_connection || door_.is_stopping;
    if (stream.is_input_over) forget(stream);
}

void FcgiSession::forget(const FcgiStream& stream) {
    std::erase_if(streams_, [&](const StreamPtr& other) { return other.get() == &stream; });
}

// A handler that has it, or will, is told.
void FcgiSession::abandon(const FcgiStream& stream) {
    if (!stream.is_begun || stream.is_ended) return;
    for (const StreamPtr& other : streams_)
        if (other.get() == &stream) abandoned_.push_back(other);
    changed_.notify_all();
}

void FcgiSession::send(std::string_view bytes) {
    output_.put({&bytes, 1});
}

}  // namespace turngate::net

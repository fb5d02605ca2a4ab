// Reads the body and writes the response of one FastCGI request.
#include "net/fcgi_exchange.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "net/cgi_mapping.h"
#include <turngate/fcgi/write.h>
#include <turngate/http/error.h>

namespace turngate::net {
namespace {

using fcgi::Type;

constexpr std::size_t gathered = 16 * 1024;  // sent when there is more, or at a flush
constexpr std::size_t records_at_once = 3;   // beside the one that is gathered

// The memory of the last response that this thread has finished, for the next.
std::string& spare_output() {
    thread_local std::string bytes;
    return bytes;
}

// The bytes before it become the header of a record of them all.
void begin_record(std::string& out, std::uint16_t id, std::size_t content) {
    const fcgi::HeaderBytes header = fcgi::record_header(Type::standard_output, id, content);
    std::memcpy(out.data(), header.data(), header.size());
}

}  // namespace

class FcgiExchange::Source final : public BodySource {
  public:
    explicit Source(FcgiExchange& exchange) : exchange_(exchange) {}

    std::size_t read(std::span<char> into) override { return exchange_.read(into); }
    void interrupt(std::stop_token stop) override { exchange_.interrupted_ = std::move(stop); }

  private:
    FcgiExchange& exchange_;
};

Body FcgiExchange::body() {
    return {std::make_unique<Source>(*this), stream_.length};
}

std::size_t FcgiExchange::read(std::span<char> into) {
    const std::stop_callback wake(interrupted_, [this] {
        const FcgiSession::Access access(session_);
        session_.changed_.notify_all();
    });
    FcgiSession::Access access(session_);
    const auto is_over = [&] { return session_.is_closed_ || stream_.is_ended; };
    const auto is_here = [&] {
        return is_over() || stream_.is_complete() || !stream_.body.empty() ||
               interrupted_.stop_requested();
    };
    if (!is_here()) {
        if (stream_.body_began == never) stream_.body_began = now();
        const Scheduler::Held held(session_.door_.scheduler);
        if (!session_.changed_.wait_for(access.lock, session_.door_.options.body_timeout, is_here))
            throw HttpError(408, "the request body did not come in time");
        if (stream_.drips(now())) throw HttpError(408, "the request body comes too slowly");
    }
    if (interrupted_.stop_requested()) throw Cancelled("nobody waits for the body");
    if (is_over()) throw Cancelled("the client has gone");
    const std::size_t size = stream_.body.take(into.data(), into.size());
    session_.buffered_ -= size;
    session_.watch();
    return size;
}

void FcgiExchange::on_head(int status, const Headers& headers) {
    std::string& out = stream_.out;
    out = std::move(spare_output());
    out.assign(fcgi::header_size, '\0');
    append_cgi_head(out, status, headers);
    session_.notices_.has_head(out.size() - fcgi::header_size);
}

void FcgiExchange::on_body(std::string_view chunk) {
    if (stream_.out.size() + chunk.size() > gathered) return send_records(chunk);
    if (stream_.out.empty()) stream_.out.assign(fcgi::header_size, '\0');
    stream_.out += chunk;
}

void FcgiExchange::on_flush() {
    send_records({});
}

// What is gathered, and `chunk`.
void FcgiExchange::send_records(std::string_view chunk) {
    FcgiSession::Access access(session_);
    std::string& out = stream_.out;
    std::string long_head;
    if (out.size() > fcgi::header_size + fcgi::max_content) {
        fcgi::append_stream(long_head, Type::standard_output, stream_.id,
                            std::string_view(out).substr(fcgi::header_size));
        out.clear();
    }
    while (!long_head.empty() || !out.empty() || !chunk.empty()) {
        wait_for_room(access);
        std::array<std::string_view, 3 + 2 * records_at_once> parts;
        std::array<fcgi::HeaderBytes, records_at_once> headers;
        std::size_t count = 0;
        const auto take = [&](std::size_t room) {
            const std::string_view piece = chunk.substr(0, room);
            chunk.remove_prefix(piece.size());
            return piece;
        };
        if (!long_head.empty()) {
            parts[count++] = long_head;
        } else if (!out.empty()) {
            const std::size_t content = out.size() - fcgi::header_size;
            const std::string_view piece = take(fcgi::max_content - content);
            begin_record(out, stream_.id, content + piece.size());
            parts[count++] = out;
            parts[count++] = piece;
        }
        for (fcgi::HeaderBytes& header : headers) {
            const std::string_view piece = take(fcgi::max_content);
            if (piece.empty()) break;
            header = fcgi::record_header(Type::standard_output, stream_.id, piece.size());
            parts[count++] = {header.data(), header.size()};
            parts[count++] = piece;
        }
        session_.output_.put({parts.data(), count});
        stream_.has_output = true;
        long_head.clear();
        out.clear();
    }
    require_open();
    session_.watch();
}

void FcgiExchange::wait_for_room(FcgiSession::Access& access) {
    require_open();
    if (session_.output_.has_room()) return;
    session_.watch();
    const auto can_go_on = [&] {
        return session_.is_closed_ || stream_.is_ended || session_.output_.has_room();
    };
    const Scheduler::Aside aside(session_.door_.scheduler);
    if (!session_.changed_.wait_for(access.lock, session_.door_.options.write_timeout, can_go_on))
        throw Cancelled("the client reads too slowly");
    require_open();
}

void FcgiExchange::require_open() const {
    if (session_.is_closed_ || stream_.is_ended) throw Cancelled("the client has gone");
}

void FcgiExchange::on_finish() {
    const FcgiSession::Access access(session_);
    require_open();
    std::string& out = stream_.out;
    if (out.size() > fcgi::header_size + fcgi::max_content) {
        const std::string content = out.substr(fcgi::header_size);
        out.clear();
        fcgi::append_stream(out, Type::standard_output, stream_.id, content);
    } else if (out.size() > fcgi::header_size) {
        begin_record(out, stream_.id, out.size() - fcgi::header_size);
    }
    fcgi::append_end_of_stream(out, Type::standard_output, stream_.id);
    fcgi::append_end_request(out, stream_.id, {});
    session_.send(out);
    session_.finish(stream_);
    if (out.capacity() <= 2 * gathered) spare_output() = std::move(out);
    session_.watch();  // the rest of a body that nobody wants can be read now
    look_whether_over();
}

void FcgiExchange::on_abort() noexcept {
    const FcgiSession::Access access(session_);
    break_off();
    look_whether_over();
}

void FcgiExchange::look_whether_over() noexcept {
    is_over_ = !session_.is_closed_ &&
               (session_.is_done() || session_.is_cancelled_ || session_.torn_ > 0);
}

void FcgiExchange::break_off() noexcept {
    if (session_.is_closed_ || stream_.is_ended) return;
    if (stream_.has_output) return session_.tear(stream_);
    try {
        session_.send_page(stream_.id, stream_.request.method, 502, "the response broke off");
        session_.end(stream_, {.app_status = 1});
        session_.watch();
    } catch (const std::exception&) {  // nobody is there to be told
        session_.is_cancelled_ = true;
    }
}

}  // namespace turngate::net

// Waits for what the client sends and takes, under the mutex of the session.
#include "net/http2_exchange.h"

#include <algorithm>
#include <utility>

#include "net/clean_headers.h"
#include <turngate/http/error.h>
#include <turngate/http/field_list.h>
#include <turngate/http/nominated_fields.h>

namespace turngate::net {
namespace {

constexpr std::size_t most_output = 128 * 1024;  // of a stream; then the handler waits
constexpr std::size_t gathered = 16 * 1024;      // sent when there is as much, or at a flush

Http2Link::Fields fields_of(int status, const Headers& headers) {
    const NominatedFields nominated(headers);
    Http2Link::Fields fields;
    fields.reserve(headers.size() + 2);
    fields.emplace_back(":status", std::to_string(status));
    for (const auto& [name, value] : headers)
        if (!is_hop_by_hop(name) && !nominated.contains(name))
            fields.emplace_back(lower_case(name), trimmed(value));
    return fields;
}

}  // namespace

class Http2Exchange::Source final : public BodySource {
  public:
    explicit Source(Http2Exchange& exchange) : exchange_(exchange) {}

    std::size_t read(std::span<char> into) override { return exchange_.read(into); }
    void interrupt(std::stop_token stop) override { exchange_.interrupted_ = std::move(stop); }
    Headers take_trailers() override {
        const Http2Session::Access access(exchange_.session_);
        Headers trailers = std::move(exchange_.stream_.trailers);
        clean_headers(trailers, false);
        return trailers;
    }

  private:
    Http2Exchange& exchange_;
};

Body Http2Exchange::body() {
    const bool is_small_enough = stream_.received <= session_.door_.limits.body;
    if (stream_.is_complete && stream_.trailers.empty() && is_small_enough) {
        session_.link_.consumed(stream_, stream_.body.size());
        return stream_.body.take_all();
    }
    Body body(std::make_unique<Source>(*this), stream_.head.length());
    body.limit(session_.door_.limits.body);
    return body;
}

std::size_t Http2Exchange::read(std::span<char> into) {
    const std::stop_callback wake(interrupted_, [this] {
        const Http2Session::Access access(session_);
        stream_.changed.notify_all();
    });
    Http2Session::Access access(session_);
    if (std::exchange(stream_.owes_continue, false) && !stream_.is_submitted &&
        !stream_.is_closed) {
        session_.link_.interim(stream_, {{":status", "100"}});
        deliver();
    }
    const auto is_here = [&] {
        return stream_.is_closed || stream_.is_complete || !stream_.body.empty() ||
               interrupted_.stop_requested();
    };
    if (!is_here()) {
        if (stream_.body_began == never) stream_.body_began = now();
        const Scheduler::Held held(session_.door_.scheduler);
        if (!stream_.changed.wait_for(access.lock, session_.door_.options.body_timeout, is_here))
            throw HttpError(408, "the request body did not come in time");
        if (stream_.drips(now())) throw HttpError(408, "the request body comes too slowly");
    }
    if (interrupted_.stop_requested()) throw Cancelled("nobody waits for the body");
    if (stream_.is_closed) throw Cancelled("the client has gone");
    const std::size_t size = stream_.body.take(into.data(), into.size());
    if (size > 0) {
        session_.link_.consumed(stream_, size);
        deliver();
    }
    return size;
}

void Http2Exchange::on_head(int status, const Headers& headers) {
    head_ = fields_of(status, headers);
    const bool has_date = std::any_of(head_.begin(), head_.end(),
                                      [](const auto& field) { return field.first == "date"; });
    if (!has_date) head_.emplace_back("date", date_now());
}

// REQUIRES: the mutex is held, as in what follows.
void Http2Exchange::send_head(bool has_body) {
    if (stream_.is_submitted) return session_.link_.resume(stream_);
    session_.link_.respond(stream_, std::exchange(head_, {}), has_body);
}

void Http2Exchange::require_open() const {
    if (stream_.is_closed) throw Cancelled("the client has gone");
}

// That the client has gone is told by an event.
void Http2Exchange::deliver() {
    session_.link_.flush();
}

void Http2Exchange::on_body(std::string_view chunk) {
    Http2Session::Access access(session_);
    while (!chunk.empty()) {
        require_open();
        const auto room = [&] {
            const std::size_t most = session_.door_.room_for_output > 0 ? most_output : gathered;
            return most - std::min(most, stream_.output.size());
        };
        if (room() == 0) {
            stream_.touched = now();
            const auto can_go_on = [&] { return stream_.is_closed || room() > 0; };
            const Scheduler::Aside aside(session_.door_.scheduler);
            if (!stream_.changed.wait_for(access.lock, session_.door_.options.write_timeout,
                                          can_go_on)) {
                session_.link_.reset(stream_, NGHTTP2_CANCEL);
                deliver();
                throw Cancelled("the client reads too slowly");
            }
            continue;
        }
        const std::string_view part = chunk.substr(0, room());
        chunk.remove_prefix(part.size());
        stream_.put_output(part);
        if (stream_.output.size() < gathered) continue;
        send_head(true);
        deliver();
    }
}

void Http2Exchange::on_flush() {
    const Http2Session::Access access(session_);
    require_open();
    send_head(true);
    deliver();
}

void Http2Exchange::on_trailers(const Headers& trailers) {
    const Http2Session::Access access(session_);
    for (const auto& [name, value] : trailers)
        if (!is_hop_by_hop(name)) stream_.last_fields.add(name, value);
}

void Http2Exchange::on_finish() {
    const Http2Session::Access access(session_);
    require_open();
    stream_.is_ended = stream_.is_unwanted = true;
    stream_.touched = now();
    send_head(!stream_.output.empty() || !stream_.last_fields.empty());
    deliver();
}

void Http2Exchange::on_abort() noexcept {
    const Http2Session::Access access(session_);
    if (stream_.is_closed) return;
    session_.link_.reset(stream_, NGHTTP2_INTERNAL_ERROR);
    deliver();
}

void Http2Exchange::on_interim(int status, const Headers& headers) {
    const Http2Session::Access access(session_);
    require_open();
    Http2Link::Fields fields = fields_of(status, headers);
    std::erase_if(fields, [](const auto& field) { return field.first == "content-length"; });
    session_.link_.interim(stream_, fields);
    deliver();
}

}  // namespace turngate::net

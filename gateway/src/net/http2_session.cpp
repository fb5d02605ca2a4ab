// The life of a connection that speaks HTTP/2.
#include "net/http2_session.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <turngate/http/nominated_fields.h>

namespace turngate::net {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_streams = 100;  // as Http2Link tells the client
// How often a connection looks after what no event tells: that a handler has finished, say.
constexpr milliseconds look_again{1000};
constexpr milliseconds linger_time{1000};
constexpr std::size_t most_discarded = 256 * 1024;
// Of a body, behind the response.
constexpr std::uint64_t most_let_in = 512 * 1024;
// A request may be on its way to a door that stops.
constexpr milliseconds last_chance{250};
// Reads in a row before other connections have their turn.
constexpr int most_in_turn = 64;

bool has_passed(Ticks since, milliseconds limit, Ticks time) {
    return since != never && time - since >= limit.count();
}

}  // namespace

std::shared_ptr<Session> Http2Session::begin(Surroundings& door,
                                             std::unique_ptr<Connection> connection,
                                             std::string early) {
    auto session = std::make_shared<Http2Session>(door, std::move(connection), std::move(early));
    session->connection_->watch(true, true);  // an event for what has come early
    return session;
}

Http2Session::Http2Session(Surroundings& door, std::unique_ptr<Connection> connection,
                           std::string early)
    : Multiplexed(door),
      connection_(std::move(connection)),
      early_(std::move(early)),
      link_(door, *connection_, *this),
      next_look_(after(look_again)) {}

Http2Session::~Http2Session() {
    if (door_.options.observer) door_.options.observer->disconnected();
}

void Http2Session::cancel() noexcept {
    const Access access(*this);
    is_cancelled_ = true;
    for (const auto& [id, stream] : streams_)
        abandon(*stream);
    wake();
}

Step Http2Session::ready(const Occasion& occasion) {
    const Access access(*this);
    is_express_ = occasion.is_express;
    try {
        if (!early_.empty()) {
            connection_->watch(true, false);
            link_.receive(std::exchange(early_, {}));
        }
        link_.is_writable();
        if (!receive(occasion.peer_ended)) return close();
        return next_step();
    } catch (const std::exception&) {  // memory has gone
        return close();
    }
}

// False when the client has gone.
bool Http2Session::receive(bool peer_ended) {
    using Block = std::array<char, 64 * 1024>;
    thread_local const auto block = std::make_unique_for_overwrite<Block>();  // see Desk
    Block& in = *block;
    for (int turn = 0; turn < most_in_turn; ++turn) {
        std::size_t size = 0;
        switch (connection_->receive(in, size)) {
            case Connection::Received::some:
                if (lingers_since_ != never)
                    discarded_ += size;
                else if (!link_.receive({in.data(), size}))
                    return link_.flush(), true;
                if (discarded_ > most_discarded) return false;
                if (size < in.size() && !peer_ended) return true;  // no more, for now
                break;
            case Connection::Received::nothing:
                return true;
            default:
                return false;
        }
    }
    connection_->watch(true, link_.stalled_since() != never);  // to the end of the queue
    return true;
}

// Sends what there is to send, and looks whether that is the end.
Step Http2Session::next_step() {
    if (is_cancelled_) {
        link_.terminate(NGHTTP2_CANCEL);
        link_.flush();
        return close();
    }
    if (door_.is_stopping && last_call_ == never) {
        link_.announce_end();
        last_call_ = now();
    }
    if (!link_.flush()) return close();
    if (link_.is_done() && lingers_since_ == never) {
        connection_->end_output();
        lingers_since_ = now();
    }
    // The last chance does not begin anew with each look.
    const bool has_last_chance = last_call_ != never && !has_passed(last_call_, last_chance, now());
    Ticks deadline = has_last_chance ? last_call_ + last_chance.count() + 1 : next_look_;
    if (door_.dialect.patience)
        for (const auto& [id, stream] : streams_)
            if (const Ticks end = end_of_wait(*stream); end != never)
                deadline = std::min(deadline, end);
    return {.deadline = deadline, .afterwards = afterwards(), .is_urgent = is_express_};
}

Step Http2Session::close() {
    is_closed_ = true;
    connection_->end_output();
    if (!streams_.empty()) connection_->reset();  // the client sees that something is missing
    for (const StreamPtr& stream : std::exchange(waiting_, {}))
        stream->is_queued = stream->is_at_work = false;
    for (const auto& [id, stream] : streams_) {
        stream->is_closed = true;
        abandon(*stream);
    }
    return {.kind = Step::Kind::close};
}

Step Http2Session::expired() {
    const Access access(*this);
    is_express_ = true;  // this is the watching thread
    next_look_ = after(look_again);
    try {
        const Ticks time = now();
        const HttpOptions& options = door_.options;
        if (has_passed(lingers_since_, linger_time, time) ||
            has_passed(link_.stalled_since(), options.write_timeout, time))
            return close();
        if (!link_.has_settings() && has_passed(began_, options.header_timeout, time))
            link_.terminate(NGHTTP2_SETTINGS_TIMEOUT);
        if (has_passed(link_.head_since(), options.header_timeout, time))
            link_.terminate(NGHTTP2_ENHANCE_YOUR_CALM);
        if (has_passed(last_call_, last_chance, time) ||
            (streams_.empty() && has_passed(idle_since_, options.idle_timeout, time)))
            link_.end();
        check_streams(time);
        return next_step();
    } catch (const std::exception&) {
        return close();
    }
}

// Streams whose client is too slow, while no handler waits for it.
void Http2Session::check_streams(Ticks time) {
    const HttpOptions& options = door_.options;
    const milliseconds wait_for_rest = door_.is_stopping ? last_chance : linger_time;
    for (const auto& [id, stream] : streams_) {
        const Ticks end = end_of_wait(*stream);
        if (end != never && end <= time)
            give_up(*stream);
        else if (stream->has_head && !stream->is_begun &&
                 (has_passed(stream->touched, options.body_timeout, time) || stream->drips(time)))
            refuse(*stream, {408, "the request body did not come in time"});
        else if (stream->is_sent && has_passed(stream->touched, wait_for_rest, time))
            link_.reset(*stream, NGHTTP2_NO_ERROR);  // the rest of its request is of no use
        else if (stream->is_ended && has_passed(stream->touched, options.write_timeout, time))
            link_.reset(*stream, NGHTTP2_CANCEL);
    }
}

// When the client gives up that waits for its request to get a thread; never if it does not.
Ticks Http2Session::end_of_wait(const Http2Stream& stream) const {
    if (!stream.client_deadline || stream.is_ended || stream.is_closed) return never;
    return !stream.is_begun || stream.is_queued ? ticks(*stream.client_deadline) : never;
}

void Http2Session::give_up(Http2Stream& stream) {
    const bool was_here = stream.is_begun;
    withdraw(stream);
    stream.is_at_work = false;
    refuse(stream, {504, was_here ? "the deadline has passed"
                                  : "the deadline has passed before the message was there"});
}

Step Http2Session::stopping() {
    const Access access(*this);
    is_express_ = true;
    return next_step();
}

// An event for this connection, soon.
void Http2Session::wake() noexcept {
    if (!is_closed_) connection_->watch(true, true);
}

// Whether there are as many streams as may be. Who has seen the end of a response may begin another
// request though the thread that has sent it is not back yet.
bool Http2Session::is_full() const {
    if (streams_.size() < most_streams) return false;
    const auto is_over = [](const auto& entry) {
        return entry.second->is_ended && entry.second->is_closed;
    };
    const auto over = std::count_if(streams_.begin(), streams_.end(), is_over);
    return streams_.size() - static_cast<std::size_t>(over) >= most_streams;
}

Http2Stream* Http2Session::on_request(std::int32_t id) {
    if (is_full()) return nullptr;
    ++requests_;
    if (door_.options.max_requests != 0 && requests_ >= door_.options.max_requests) link_.end();
    return (streams_[id] = std::make_shared<Http2Stream>(door_, id)).get();
}

void Http2Session::on_field(Http2Stream& stream, std::string_view name, std::string_view value,
                            bool is_trailer) {
    if (!is_trailer) return stream.head.add(name, value, door_.limits);
    stream.trailers_size += name.size() + value.size() + 4;
    if (stream.trailers_size > door_.limits.section ||
        stream.trailers.size() >= door_.limits.fields) {
        link_.reset(stream, NGHTTP2_ENHANCE_YOUR_CALM);
        return;
    }
    if (!is_hop_by_hop(name)) stream.trailers.add(name, value);
}

void Http2Session::on_head(Http2Stream& stream) {
    stream.has_head = true;
    stream.touched = now();
    if (const auto error = stream.head.finish(door_.limits)) return refuse(stream, *error);
    stream.owes_continue = stream.head.expects_continue();
    if (door_.dialect.patience)
        if (const auto time = door_.dialect.patience(stream.head.headers()))
            stream.client_deadline = std::chrono::steady_clock::now() + *time;
    begin_if_ready(stream);
}

void Http2Session::on_data(Http2Stream& stream, std::string_view data) {
    stream.received += data.size();
    if (stream.is_ended) stream.let_in += data.size();
    if (stream.is_unwanted) {
        link_.consumed(stream, data.size());
        if (stream.is_sent && stream.let_in > most_let_in) link_.reset(stream, NGHTTP2_NO_ERROR);
        return;
    }
    stream.touched = now();
    if (stream.body_began == never) stream.body_began = stream.touched;
    stream.owes_continue = false;
    stream.body.put(data);
    stream.changed.notify_all();
    begin_if_ready(stream);
}

void Http2Session::on_complete(Http2Stream& stream) {
    stream.is_complete = true;
    stream.owes_continue = false;
    stream.changed.notify_all();
    begin_if_ready(stream);
}

void Http2Session::on_closed(Http2Stream& stream) {
    stream.is_closed = true;
    stream.drop_output();
    stream.changed.notify_all();
    link_.consumed(stream, stream.body.size());
    stream.body = {};
    if (!stream.is_ended) abandon(stream);
    if (!stream.is_at_work) forget(stream);
}

void Http2Session::abandon(Http2Stream& stream) {
    stream.changed.notify_all();
    if (!stream.is_at_work) return;
    if (const auto found = streams_.find(stream.id); found != streams_.end())
        abandoned_.push_back(found->second);
}

void Http2Session::forget(Http2Stream& stream) {
    streams_.erase(stream.id);
    if (!streams_.empty()) return;
    idle_since_ = now();
}

}  // namespace turngate::net

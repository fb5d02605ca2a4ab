// The life of a FastCGI connection.
#include "net/fcgi_session.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include <turngate/fcgi/write.h>

namespace turngate::net {
namespace {

using std::chrono::milliseconds;

// How often a connection looks after what no event tells: that a handler has finished, say.
constexpr milliseconds look_again{1000};
// For the end of what a peer still sends of a request that has been answered.
constexpr milliseconds linger_time{1000};
// A request may be on its way to a door that stops.
constexpr milliseconds last_chance{250};
// Reads in a row before other connections have their turn.
constexpr int most_in_turn = 64;
// Of the bodies that handlers have not read, and of what the peer has not: then nothing is read.
constexpr std::size_t most_buffered = 256 * 1024;
constexpr std::size_t most_discarded = 1u << 20;

bool has_passed(Ticks since, milliseconds limit, Ticks time) {
    return since != never && time - since >= limit.count();
}

}  // namespace

FcgiSession::FcgiSession(Surroundings& door, const FastcgiOptions& options, FcgiNotices& notices,
                         std::unique_ptr<Connection> connection)
    : Multiplexed(door),
      options_(options),
      notices_(notices),
      connection_(std::move(connection)),
      output_(door, *connection_) {
    if (door_.options.observer) door_.options.observer->connected();
}

FcgiSession::~FcgiSession() {
    if (door_.options.observer) door_.options.observer->disconnected();
}

Step FcgiSession::ready(const Occasion& occasion) {
    const Access access(*this);
    is_express_ = occasion.is_express;
    time_ = now();
    try {
        if (!output_.empty()) {
            output_.flush();
            if (output_.empty()) ended_at_ = time_;
            changed_.notify_all();
        }
        if (occasion.peer_ended && lingers_since_ == never) {
            if (connection_->is_gone()) return close();
            if (!may_read()) probe();
        }
        if (can_resume() && !resume()) return close();
        const bool has_nothing_to_read =
            is_cancelled_ || has_input_ended_ || (is_done() && !owes_input());
        if (!has_nothing_to_read && !receive(occasion.peer_ended)) return close();
        return next_step();
    } catch (const std::exception&) {  // the peer has gone, or memory has
        return close();
    }
}

// False when the peer has gone, or speaks something else.
bool FcgiSession::receive(bool peer_ended) {
    // Not in the thread's static storage, all of which the system writes to for each thread.
    thread_local const auto block = std::make_unique_for_overwrite<std::array<char, 64 * 1024>>();
    auto& in = *block;
    for (int turn = 0; turn < most_in_turn; ++turn) {
        if (!may_read()) return true;
        std::size_t size = 0;
        switch (connection_->receive(in, size)) {
            case Connection::Received::some:
                // Only time counts of what lingers: a peer may send a whole body before it reads.
                if (lingers_since_ == never && !feed({in.data(), size})) return false;
                if (size < in.size() && !peer_ended) return true;  // no more, for now
                break;
            case Connection::Received::nothing:
                return true;
            case Connection::Received::end:
                return end_input();
            default:
                return false;
        }
    }
    is_reading_ = false;  // to the end of the queue: see watch()
    return true;
}

// False if nobody can want an answer: the peer has shut down its side, or has left.
bool FcgiSession::end_input() {
    if (lingers_since_ != never) return false;
    for (const StreamPtr& stream : std::vector<StreamPtr>(streams_)) {
        if (stream->is_ended || (stream->has_params && stream->is_complete())) continue;
        if (stream->is_begun) return false;
        refuse(*stream, 400, "the request ended before all of it had come");
    }
    if (active_ == 0 && output_.empty()) return false;
    has_input_ended_ = is_last_ = true;
    probe();
    return true;
}

// By TCP, a peer that has left and one that has shut down its side look the same until something
// is sent: the one resets the connection then, the other reads that there are no errors.
void FcgiSession::probe() {
    if (has_probed_ || connection_->peer().empty() || !output_.empty()) return;
    for (const StreamPtr& stream : streams_) {
        if (stream->is_ended) continue;
        std::string nothing;
        fcgi::append_end_of_stream(nothing, fcgi::Type::standard_error, stream->id);
        send(nothing);
        has_probed_ = true;
        return;
    }
}

bool FcgiSession::feed(std::string_view bytes) {
    for (Piece piece;;) {
        const fcgi::RecordReader::Result result = reader_.next(bytes, piece);
        if (result == fcgi::RecordReader::Result::failed) {
            const bool is_text = requests_ == 0 && bytes[0] >= 'A' && bytes[0] <= 'Z';
            return breaks(reader_.error() + (is_text ? " (HTTP is for another port)" : ""));
        }
        if (result == fcgi::RecordReader::Result::more) break;
        if (is_taken(piece)) {
            held_ = {piece.header, std::string(piece.content), std::string(bytes)};
            break;
        }
        if (!take(piece)) return false;
    }
    // What is not complete must not point to where the next bytes come.
    for (const StreamPtr& stream : streams_)
        if (!stream->has_params) stream->params->keep();
    if (values_) values_->keep();
    if (reader_.is_between())
        record_since_ = never;
    else if (record_since_ == never)
        record_since_ = time_;
    return true;
}

// A peer that does not wait for the answer may send the next request by the same id.
bool FcgiSession::is_taken(const Piece& piece) const noexcept {
    if (piece.header.type != fcgi::Type::begin_request) return false;
    const FcgiStream* stream = find(piece.header.request_id);
    return stream && stream->is_input_over && !stream->is_ended;
}

bool FcgiSession::can_resume() const noexcept {
    if (!held_) return false;
    const FcgiStream* stream = find(held_->header.request_id);
    return !stream || stream->is_ended;
}

bool FcgiSession::resume() {
    const Held held = *std::exchange(held_, std::nullopt);
    return take({held.header, held.content}) && feed(held.rest);
}

bool FcgiSession::ignore(std::size_t bytes) {
    discarded_ += bytes;
    return discarded_ <= most_discarded || breaks("it sends for ever what nobody asked for");
}

// What is left of a request that has been answered. Other requests are not to suffer for it: then
// there is no end to it but theirs. Nor is the answer, which a peer that sends may not have read
// when the connection closes: it lingers.
void FcgiSession::pass_over(std::size_t bytes) noexcept {
    if (active_ > 0) return;
    discarded_ += bytes;
    if (discarded_ > most_discarded) is_last_ = owes_input_ = true;
}

bool FcgiSession::may_read() const noexcept {
    return !held_ && !has_input_ended_ && buffered_ < most_buffered &&
           output_.left() < most_buffered;
}

// Handlers have all of their requests, and the connection ends with their responses: if that takes
// a moment only, the epoll need not hear of it.
bool FcgiSession::awaits_nothing() const noexcept {
    if (!output_.empty() || held_) return false;
    if (is_done()) return !owes_input();
    return active_ > 0 && std::all_of(streams_.begin(), streams_.end(), [](const StreamPtr& s) {
               return s->is_begun && s->is_input_over && !s->keeps_connection;
           });
}

// Tells the epoll what is waited for. What is held is resumed by an event, soon: called by the
// thread of the request before it, its handler would run on top of that one's, and so on.
void FcgiSession::watch() {
    if (!connection_->is_watched() && is_brisk_ && awaits_nothing()) return;
    const bool is_due = can_resume();
    const bool reading = may_read() || is_due;
    const bool writing = !output_.empty() || is_due;
    if (connection_->is_watched() && reading == is_reading_ && writing == is_writing_) return;
    is_reading_ = reading;
    is_writing_ = writing;
    connection_->watch(reading, writing, true);
}

// Looks whether this is the end.
Step FcgiSession::next_step() {
    if (is_cancelled_) return close();
    if (door_.is_stopping && last_call_ == never) last_call_ = time_;
    if (is_done() && lingers_since_ == never) {
        if (!owes_input()) return close();
        connection_->end_output();
        lingers_since_ = time_;
    }
    watch();
    return {.deadline = deadline(), .afterwards = afterwards(), .is_urgent = is_express_};
}

Step FcgiSession::close() {
    is_closed_ = true;
    if (active_ > 0) connection_->reset();  // the peer sees that something is missing
    output_.clear();
    for (const StreamPtr& stream : std::exchange(waiting_, {}))
        stream->is_queued = false;
    for (const StreamPtr& stream : streams_)
        abandon(*stream);
    changed_.notify_all();
    return {.kind = Step::Kind::close};
}

// When something is late that has not come until then.
Ticks FcgiSession::deadline() const {
    if (!connection_->is_watched()) return time_;
    const HttpOptions& limits = door_.options;
    const bool is_busy = active_ > 0 || !output_.empty();
    Ticks first = is_busy ? time_ + look_again.count() : std::numeric_limits<Ticks>::max();
    const auto at = [&](Ticks since, milliseconds limit) {
        if (since != never) first = std::min(first, since + limit.count());
    };
    at(lingers_since_, linger_time);
    at(breaks_at(), milliseconds(0));
    at(output_.stalled_since(), limits.write_timeout);
    if (!is_busy) {
        at(idle_since_, requests_ == 0 ? limits.header_timeout : limits.idle_timeout);
        at(record_since_, limits.header_timeout);
        at(last_call_, last_chance);
    }
    for (const StreamPtr& stream : streams_) {
        if (stream->is_ended)
            at(stream->touched, linger_time);
        else if (!stream->has_params)
            at(stream->touched, limits.header_timeout);
        else if (!stream->is_begun)
            at(stream->touched, limits.body_timeout);
    }
    return std::max<Ticks>(first, 1);
}

// False if the connection is to end.
bool FcgiSession::check_time(Ticks time) {
    const HttpOptions& limits = door_.options;
    if (has_passed(lingers_since_, linger_time, time)) return false;
    if (has_passed(output_.stalled_since(), limits.write_timeout, time)) {
        connection_->reset();
        return false;
    }
    if (has_passed(breaks_at(), milliseconds(0), time)) return false;
    if (active_ == 0 && output_.empty()) {
        const milliseconds idle = requests_ == 0 ? limits.header_timeout : limits.idle_timeout;
        if (has_passed(last_call_, last_chance, time) ||
            has_passed(record_since_, limits.header_timeout, time))
            return false;
        // Whoever was late to look here, the peer was not.
        if (has_passed(idle_since_, idle, time) && !connection_->has_input()) return false;
    }
    for (const StreamPtr& stream : std::vector<StreamPtr>(streams_)) {
        if (stream->is_ended) {  // what comes still of its body is passed over all the same
            if (has_passed(stream->touched, linger_time, time)) forget(*stream);
        } else if (!stream->has_params) {
            if (!has_passed(stream->touched, limits.header_timeout, time)) continue;
            is_last_ = true;
            refuse(*stream, 408, "the FastCGI variables did not come in time");
        } else if (!stream->is_begun && (has_passed(stream->touched, limits.body_timeout, time) ||
                                         stream->drips(time))) {
            refuse(*stream, 408, "the request body did not come in time");
        }
    }
    return true;
}

Step FcgiSession::expired() {
    const Access access(*this);
    is_express_ = true;  // this is the watching thread
    is_brisk_ = false;
    time_ = now();
    try {
        return check_time(time_) ? next_step() : close();
    } catch (const std::exception&) {
        return close();
    }
}

Step FcgiSession::stopping() {
    const Access access(*this);
    is_express_ = true;
    time_ = now();
    try {
        return next_step();
    } catch (const std::exception&) {
        return close();
    }
}

void FcgiSession::cancel() noexcept {
    const Access access(*this);
    is_cancelled_ = true;
    for (const StreamPtr& stream : streams_)
        abandon(*stream);
    if (is_closed_) return;
    is_reading_ = is_writing_ = true;
    connection_->watch(true, true, true);  // an event, soon
}

// No request begins any more, and no event tells that there is nothing left to do here.
void FcgiSession::wake() noexcept {
    if (door_.slots)
        door_.slots->on_event(connection_->key(), false, false, false);
    else
        connection_->watch(true, true, true);
}

}  // namespace turngate::net

// The life of a connection that speaks HTTP/1.
#include "net/http1_session.h"

#include <algorithm>
#include <array>
#include <memory>
#include <sys/epoll.h>
#include <utility>

#include "net/http1_exchange.h"
#include "net/http1_request.h"
#include <turngate/http/field_list.h>
#include <turngate/http/serve.h>

namespace turngate::net {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 section 3.4

// A body this short is collected before the handler gets a thread: who drips holds none up.
constexpr std::uint64_t short_body = 64 * 1024;
// What is read and thrown away of a body that nobody wanted, so that the connection can go on.
constexpr std::uint64_t most_discarded = 256 * 1024;
// The same so that closing it does not destroy the answer on its way (RFC 9112 section 9.6): a
// client that sends fast is to find the answer before it finds the connection reset.
constexpr std::uint64_t most_lingered = 64 * 1024 * 1024;
constexpr milliseconds linger_time{1000};
// A client that shuts down its side this long after the head of its answer has left, ...
constexpr milliseconds half_close_time{100};
// ... and one that has, and gets none for this long.
constexpr milliseconds half_close_patience{1000};
// Requests in a row that one client may pipeline before others have their turn.
constexpr std::uint64_t most_in_turn = 64;
// An idle connection of a door that stops may have a request on its way.
constexpr milliseconds last_chance{250};

// Bytes, of a response.
constexpr std::size_t usual_head = 1024;

// What every thread has for the requests that pass through it. Not in its static storage, all of
// which the system writes to for each thread: a thousand wait for slow clients. Nor a part of its
// callers, which may go on on another thread.
struct Desk {
    std::array<char, 16 * 1024> in;
    std::string out;
};
[[gnu::noinline]] Desk& desk() {
    thread_local const auto desk = std::make_unique_for_overwrite<Desk>();
    // It ends with its thread, which the analyzer does not see.
    return *desk;  // NOLINT(clang-analyzer-cplusplus.NewDelete)
}

// A request that has been answered, for as long as its deferred tasks need it.
struct Served {
    HandlerPtr handler;  // first: what it has attached, deferred or thrown may be its code
    Request request;
    Outcome outcome;
};

// An upgrade to HTTP/2 is never taken up: RFC 9113 section 3.1 has given it up.
bool wants_switch(const http1::RequestHead& head) {
    if (head.version == http1::Version::http10) return false;
    const std::string_view upgrade = head.headers.get("Upgrade");
    if (upgrade.empty() || iequals(upgrade, "h2c")) return false;
    for (const auto& [name, value] : head.headers) {
        if (!iequals(name, "Connection")) continue;
        for (std::string_view list = value; !list.empty();)
            if (iequals(take_element(list), "upgrade")) return true;
    }
    return false;
}

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

}  // namespace

Http1Session::Http1Session(Surroundings& door, std::unique_ptr<Connection> connection)
    : door_(door), connection_(std::move(connection)), socket_(*connection_), outbox_(door) {
    if (door_.options.observer) door_.options.observer->connected();
}

Http1Session::~Http1Session() {
    if (!successor_ && door_.options.observer) door_.options.observer->disconnected();
}

void Http1Session::cancel() noexcept {
    gone_.request_stop();
    socket_.hurry();
}

// Who has done with sending says so at once, and still wants the answer, for a while; who has read
// some of the answer and ends then wants no more of it.
void Http1Session::peer_ended() noexcept {
    const Ticks sent = head_sent_.load(std::memory_order_relaxed), time = now();
    const bool is_news = peer_ended_ == never;
    if (is_news) peer_ended_ = time;
    const Ticks without_answer =
        std::max(peer_ended_, answer_began_.load(std::memory_order_relaxed));
    const bool has_left = sent == never ? time - without_answer > half_close_patience.count()
                                        : is_news && time - sent > half_close_time.count();
    if (has_left) gone_.request_stop();
}

// Where we have shut down our side before, what the client has sent last is still to be read.
void Http1Session::peer_gone() noexcept {
    if (!socket_.has_ended_output()) cancel();
}

Step Http1Session::ready(const Occasion& occasion) {
    try {
        return advance(occasion);
    } catch (const std::exception&) {  // the client has gone, or memory has
        return close();
    }
}

Step Http1Session::advance(const Occasion& occasion) {
    is_read_ = true;
    if (phase_ == Phase::writing) {
        const std::uint64_t before = outbox_.left();
        if (!outbox_.send(*connection_)) {
            // There are events, too, when nothing fits.
            if (outbox_.left() < before) deadline_ = after(door_.options.write_timeout);
            return wait();
        }
        connection_->watch(true, false);
        enter(behind_writing_);
    }
    if (std::exchange(is_in_queue_, false)) connection_->watch(true, false);
    const std::uint64_t last_in_turn = requests_ + most_in_turn;
    std::string_view bytes = kept_;
    for (bool is_empty = false;;) {
        while (!bytes.empty() && !is_closing_ && phase_ != Phase::writing &&
               requests_ < last_in_turn && consume(bytes, occasion)) {
        }
        if (successor_) return wait();
        if (is_closing_) return close();
        kept_ = std::string(bytes);
        if (phase_ == Phase::writing) return wait();
        if (requests_ >= last_in_turn) {
            // To the end of the queue: there is an event as long as something fits into the socket,
            // also for what has been read already.
            is_in_queue_ = true;
            connection_->watch(true, true);
            return wait();
        }
        if (is_empty && !occasion.peer_ended) return wait();
        Desk& mine = desk();
        std::size_t size = 0;
        switch (connection_->receive(mine.in, size)) {
            case Connection::Received::some:
                bytes = {mine.in.data(), size};
                is_empty = size < mine.in.size();  // the socket has no more, for now
                if (!kept_.empty()) bytes = kept_.append(bytes);
                break;
            case Connection::Received::nothing:
                return wait();
            case Connection::Received::end:
                if (phase_ != Phase::body) return close();
                refuse({400, "the request body ended before all of it had come"},
                       std::move(arriving_->head));
                return wait();
            default:
                return close();
        }
    }
}

Step Http1Session::close() {
    if (arriving_) const Unserved unserved(door_, socket_, std::move(arriving_->head), 400);
    return {.kind = Step::Kind::close, .afterwards = std::exchange(deferred_, {})};
}

// Deals with some of `bytes`; false if they are only of use together with more.
bool Http1Session::consume(std::string_view& bytes, const Occasion& occasion) {
    switch (phase_) {
        case Phase::head:
            if (!is_first_byte_read_ && !read_preface(bytes)) return false;
            return read_head(bytes, occasion);
        case Phase::body:
            return collect(bytes, occasion);
        case Phase::discard:
            return discard(bytes);
        default:
            discarded_ += bytes.size();
            bytes = {};
            is_closing_ = discarded_ > most_lingered;
            return true;
    }
}

// False as long as it may be HTTP/2, and when it is.
bool Http1Session::read_preface(std::string_view& bytes) {
    const std::size_t known = std::min(bytes.size(), preface.size());
    if (bytes.substr(0, known) != preface.substr(0, known) || !door_.begin_http2) {
        is_first_byte_read_ = true;
        return true;
    }
    if (known < preface.size()) {
        if (kept_.empty()) deadline_ = after(door_.options.header_timeout);  // for all of it
        return false;
    }
    successor_ = door_.begin_http2(door_, std::move(connection_), std::string(bytes));
    bytes = {};
    return false;
}

bool Http1Session::read_head(std::string_view& bytes, const Occasion& occasion) {
    http1::RequestHeadParser local(door_.limits);
    http1::RequestHeadParser& parser = parser_ ? *parser_ : local;
    const http1::Progress progress = parser.feed(bytes);
    if (progress == http1::Progress::failed) {
        refuse(parser.error(), parser.take());
        return true;
    }
    if (progress == http1::Progress::more) {
        if (parser_) return true;
        parser_ = std::make_unique<http1::RequestHeadParser>(std::move(local));
        deadline_ = after(door_.options.header_timeout);  // for all of the head
        return true;
    }
    begin(parser.take(), bytes, occasion);
    return true;
}

// The head is here. Collects what there is of the body, and answers if that is enough.
void Http1Session::begin(http1::RequestHead&& head, std::string_view& bytes,
                         const Occasion& occasion) {
    parser_.reset();
    ++requests_;
    if (head.framing.kind != http1::Framing::Kind::chunked && head.framing.length == 0) {
        Arriving arriving(std::move(head), door_.limits);
        return answer(arriving, bytes, occasion);
    }
    arriving_ = std::make_unique<Arriving>(std::move(head), door_.limits);
    enter(Phase::body);
    collect(bytes, occasion);
}

// A client that waits for a 100, or for an answer to what it has sent of a stream, needs the
// handler now, and so does a long body, if there are threads enough: who only opens a body must not
// get them all.
bool Http1Session::is_for_handler(const Arriving& arriving) {
    if (arriving.collected.size() > short_body) return true;
    const bool is_waiting = arriving.head.expects_continue || !arriving.body.size();
    if (!is_waiting && *arriving.body.size() <= short_body) return false;
    return !door_.scheduler.is_crowded();
}

bool Http1Session::collect(std::string_view& bytes, const Occasion& occasion) {
    Arriving& arriving = *arriving_;
    while (!bytes.empty() && !arriving.body.is_done()) {
        std::string_view data;
        if (arriving.body.feed(bytes, data) == http1::Progress::failed) {
            refuse(arriving.body.error(), std::move(arriving.head));
            return true;
        }
        arriving.collected += data;
    }
    if (!arriving.body.is_done()) {
        const auto time = Connection::Clock::now();
        if (arriving.began == Connection::Clock::time_point()) arriving.began = time;
        if (is_too_slow(std::chrono::duration_cast<milliseconds>(time - arriving.began),
                        arriving.collected.size(), door_.options.least_pace)) {
            refuse({408, "the request body comes too slowly"}, std::move(arriving.head));
            return true;
        }
    }
    if (!arriving.body.is_done() && !is_for_handler(arriving)) {
        deadline_ = after(door_.options.body_timeout);
        if (std::exchange(arriving.head.expects_continue, false) && arriving.collected.empty()) {
            constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
            is_closing_ = connection_->send_now({&interim, 1}) < interim.size();
        }
        return true;
    }
    const std::unique_ptr<Arriving> ready = std::move(arriving_);
    answer(*ready, bytes, occasion);
    return true;
}

void Http1Session::answer(Arriving& arriving, std::string_view& bytes, const Occasion& occasion) {
    http1::RequestHead& head = arriving.head;
    if (occasion.is_express && !door_.is_operation(path_of(head.target)))
        return turn_away(arriving);
    const HttpOptions& options = door_.options;
    const bool is_last = options.max_requests != 0 && requests_ >= options.max_requests;
    auto served = std::make_shared<Served>();
    Request& request = served->request;
    const Http1Exchange::Terms terms = {
        .version = head.version,
        .is_head = head.method == "HEAD",
        .wants_switch = wants_switch(head),
        .may_keep_alive = head.keep_alive && !is_last,
        .expects_continue = head.expects_continue && arriving.collected.empty(),
        .collected = arriving.collected.size(),
        .began = arriving.began,
        .context = request.context,
    };
    answer_began_.store(now(), std::memory_order_relaxed);
    fill(request, head, *connection_, options, terms.wants_switch);
    const HandlerPtr& handler = served->handler = door_.handler_for(request.url.path);
    // The desk is the thread's, where others come by while a request that migrates waits.
    std::string own;
    std::string* out = &own;
    if (handler->may_migrate()) {
        own.reserve(usual_head);
        kept_ = std::string(bytes);
        bytes = kept_;
    } else {
        out = &desk().out;
        out->clear();
    }
    Http1Exchange exchange(door_, *connection_, outbox_, arriving.body, bytes, *out, terms,
                           head_sent_);
    if (head.framing.kind != http1::Framing::Kind::none)
        request.body = exchange.body(std::move(arriving.collected));
    served->outcome = net::answer(door_, *handler, request, exchange, gone_.get_token());
    if (!request.context.has_deferred() && outbox_.empty()) {
        settle(request.context, served->outcome);
    } else {
        request.context.stop = door_.shutdown.get_token();
        deferred_ = [served, earlier = std::move(deferred_)]() mutable {
            if (earlier) earlier();
            settle(served->request.context, served->outcome);
        };
    }
    if (exchange.owns_rest()) {
        kept_ = std::string(bytes);
        bytes = kept_;
    }
    head_sent_.store(never, std::memory_order_relaxed);
    exchange.watch_again();
    after_response(exchange.keeps_alive(), arriving.body);
    if (exchange.is_switched() || connection_->is_broken()) is_closing_ = true;
}

// No thread is free for it.
void Http1Session::turn_away(Arriving& arriving) {
    if (door_.options.observer) door_.options.observer->refused(503);
    const bool keeps_alive = arriving.head.keep_alive && arriving.body.is_done();
    const std::string reply =
        refusal_reply(door_.dialect.refuse(arriving.head.headers, 503, busy_text),
                      arriving.head.method == "HEAD", keeps_alive, date_now());
    const Unserved unserved(door_, socket_, std::move(arriving.head), 503);
    send_whole(reply, keeps_alive);
}

// `head` is what there is of it.
void Http1Session::refuse(const http1::HeadError& error, http1::RequestHead head) {
    if (door_.options.observer) door_.options.observer->refused(error.status);
    const std::string reply =
        refusal_reply(door_.dialect.refuse(head.headers, error.status, error.message),
                      head.method == "HEAD", false, date_now());
    const Unserved unserved(door_, socket_, std::move(head), error.status);
    send_whole(reply, false);
}

// A small reply that fits into any socket whose client reads.
void Http1Session::send_whole(std::string_view reply, bool keeps_alive) {
    parser_.reset();
    arriving_.reset();
    if (connection_->send_now({&reply, 1}) < reply.size()) keeps_alive = false;
    if (keeps_alive)
        enter(Phase::head);
    else
        linger();
}

void Http1Session::after_response(bool keeps_alive, IncomingBody& body) {
    const bool goes_on = keeps_alive && body.left() <= most_discarded;
    if (goes_on && !body.is_done()) {
        unread_ = std::make_unique<IncomingBody>(std::move(body));
        discarded_ = 0;
    }
    const Phase next = !goes_on ? Phase::lingering : unread_ ? Phase::discard : Phase::head;
    if (outbox_.empty()) return enter(next);
    behind_writing_ = next;
    phase_ = Phase::writing;
    deadline_ = after(door_.options.write_timeout);
    connection_->watch(false, true);
}

bool Http1Session::discard(std::string_view& bytes) {
    const std::size_t before = bytes.size();
    std::string_view data;
    const http1::Progress progress = unread_->feed(bytes, data);
    discarded_ += before - bytes.size();
    if (progress == http1::Progress::failed || discarded_ > most_discarded) {
        bytes = {};
        linger();
    } else if (progress == http1::Progress::done) {
        unread_.reset();
        enter(Phase::head);
    }
    return true;
}

void Http1Session::linger() {
    connection_->end_output();
    discarded_ = 0;
    phase_ = Phase::lingering;
    deadline_ = after(linger_time);
}

void Http1Session::enter(Phase phase) {
    if (phase == Phase::lingering) return linger();
    phase_ = phase;
    is_overdue_ = false;
    if (phase == Phase::head)
        deadline_ = after(door_.is_stopping ? last_chance : door_.options.idle_timeout);
    else
        deadline_ = after(door_.options.body_timeout);
}

// The client has its answer when the socket has the last byte of it.
Step Http1Session::wait() {
    Step step = {.deadline = deadline_, .successor = successor_};
    if (phase_ != Phase::writing) step.afterwards = std::exchange(deferred_, {});
    return step;
}

Step Http1Session::expired() {
    try {
        // Whoever was late to look here, the client was not: another thread is to look first.
        if ((phase_ == Phase::head || phase_ == Phase::body) && !(is_overdue_ && is_read_) &&
            (is_in_queue_ || connection_->has_input())) {
            is_overdue_ = true;
            is_read_ = false;
            deadline_ = after(last_chance);
            connection_->watch(true, is_in_queue_);
            return wait();
        }
        if (phase_ == Phase::body) {
            refuse({408, "the request body did not come in time"}, std::move(arriving_->head));
            return wait();
        }
        if (phase_ == Phase::head && (parser_ || !kept_.empty())) {
            refuse({408, "the request head did not come in time"},
                   parser_ ? parser_->take() : http1::RequestHead());
            return wait();
        }
        if (phase_ == Phase::writing) connection_->reset();
    } catch (const std::exception&) {  // nobody is there to be told
    }
    return close();
}

Step Http1Session::stopping() {
    if (phase_ == Phase::head && !parser_)
        deadline_ =
            deadline_ == never ? after(last_chance) : std::min(deadline_, after(last_chance));
    return wait();
}

}  // namespace turngate::net

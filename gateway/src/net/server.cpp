// The life of a door that listens.
#include "net/server.h"

#include <algorithm>
#include <sys/epoll.h>
#include <utility>

#include <turngate/handlers/middleware.h>
#include <turngate/os/descriptor_limit.h>
#include <turngate/os/socket.h>

namespace turngate::net {
namespace {

// Keys of listeners are their index; those of connections have more than 32 bits.
constexpr std::uint64_t first_connection = 1ull << 32;
constexpr int accepted_in_turn = 64;
constexpr std::chrono::milliseconds tick{100};           // in which all connections are looked at
constexpr std::size_t crowd = 512;                       // from which on it is divided, ...
constexpr std::size_t most_parts = 10;                   // ... into so many
constexpr std::chrono::milliseconds handshake_time{20};  // of who is connecting as the door stops
constexpr int last_turns = 1024;               // when the door stops, for those that have connected
constexpr std::size_t spare_descriptors = 64;  // for what is not a connection, and a quarter of all

// With no more connections than there are descriptors for.
HttpOptions feasible(HttpOptions options) {
    const std::size_t limit =
        os::raise_descriptor_limit(options.max_connections * 4 / 3 + spare_descriptors);
    const std::size_t room = limit > spare_descriptors ? (limit - spare_descriptors) / 4 * 3 : 1;
    options.max_connections = std::max<std::size_t>(1, std::min(options.max_connections, room));
    return options;
}

http1::Limits limits(const HttpOptions& options) {
    return {.start_line = options.request_line,
            .section = options.header_size,
            .fields = options.header_count,
            .body = options.max_body};
}

}  // namespace

Server::Server(HttpOptions options, Protocol protocol, const os::SocketAccess& access)
    : options_(feasible(std::move(options))),
      protocol_(std::move(protocol)),
      listeners_(options_, protocol_.busy, access),
      door_{.options = options_,
            .limits = limits(options_),
            .scheduler = scheduler_,
            .stacks = stacks_,
            .parking = parking_,
            .begin_http2 = protocol_.begin_http2,
            .queues = protocol_.queues,
            .dialect = protocol_.dialect},
      slots_(options_.max_connections, scheduler_),
      parking_(scheduler_, stacks_),
      scheduler_(*this, options_.max_threads, protocol_.max_aside) {
    door_.slots = &slots_;
}

void Server::replace(HandlerPtr handler) {
    const HandlerPtr next = prepared(std::move(handler));
    if (next->may_migrate()) door_.may_migrate = true;
    door_.handler = next;
}

void Server::stop() noexcept {
    stage_ = Stage::stopping;
    door_.is_stopping = true;
    scheduler_.nudge();
}

void Server::finish() noexcept {
    Stage expected = Stage::open;
    stage_.compare_exchange_strong(expected, Stage::finishing);
    door_.is_stopping = true;
    scheduler_.nudge();
    is_closed_.wait(false);
}

int Server::serve(HandlerPtr handler) {
    replace(std::move(handler));
    listeners_.begin(scheduler_.epoll());
    scheduler_.run();
    listeners_.close();
    door_.handler = HandlerPtr();  // it may not outlive this call
    return 0;
}

HandlerPtr Server::prepared(HandlerPtr handler) const {
    if (options_.request_timeout.count() <= 0) return handler;
    return timeout(options_.request_timeout)(std::move(handler));
}

void Server::on_event(std::uint64_t key, std::uint32_t events, bool is_express) {
    if (key < first_connection) {
        accept(static_cast<std::size_t>(key), is_express);
        return;
    }
    const bool is_gone = (events & (EPOLLERR | EPOLLHUP)) != 0;
    const bool has_ended = is_gone || (events & EPOLLRDHUP) != 0;
    if ((key & ParkingLot::key_bit) != 0) return parking_.on_event(key, has_ended, is_express);
    const auto serve = [=, this] { slots_.on_event(key, has_ended, is_gone, is_express); };
    if (!is_express && door_.may_migrate)
        stacks_.run(serve);
    else
        serve();
}

// In how many a round of all connections is divided.
std::size_t Server::parts() const noexcept {
    return std::max(slots_.size(), parking_.waiting()) > crowd ? most_parts : 1;
}

std::chrono::milliseconds Server::tick_length() const {
    if (door_.is_stopping) return std::chrono::milliseconds(10);
    if (slots_.size() > 0 || parking_.waiting() > 0 || is_short_) return tick / parts();
    return std::chrono::milliseconds(0);
}

void Server::on_tick() {
    if (is_short_.exchange(false)) arm_all();
    slots_.sweep(now(), parts());
    parking_.sweep(now(), parts());
    if (door_.is_stopping) drain();
}

// How many have come in.
int Server::accept(std::size_t index, bool is_express) {
    const std::lock_guard lock(listeners_mutex_);
    if (is_closed_) return 0;
    bool is_short = false;
    int count = 0;
    while (count < accepted_in_turn) {
        os::Fd fd = listeners_.accept(index, is_short);
        if (!fd) break;
        begin(std::move(fd), listeners_.is_local(index), is_express);
        ++count;
    }
    // Armed again with the next tick: others must end first.
    if (is_short || !listeners_.arm(scheduler_.epoll(), index)) {
        is_short_ = true;
        scheduler_.nudge();
    }
    return count;
}

void Server::begin(os::Fd fd, bool is_local, bool is_express) {
    const Slots::Key key = slots_.take();
    if (key == 0) {
        if (options_.observer) options_.observer->refused(503);
        return Listeners::turn_away(std::move(fd), protocol_.busy);
    }
    const bool is_first = slots_.size() == 1;
    Connection* socket = nullptr;  // which nobody ends before let_go()
    try {
        const Connection::Place its = {.alarm = alarm_.fd(), .is_local = is_local};
        auto connection = std::make_unique<Connection>(std::move(fd), scheduler_.epoll(), key, its);
        socket = connection.get();
        std::shared_ptr<Session> session = protocol_.begin(door_, std::move(connection));
        if (!session) return slots_.give_back(key);
        slots_.begin(key, std::move(session));
    } catch (const std::bad_alloc&) {
        return slots_.give_back(key);
    }
    // Who has something to say has often said it already: to look costs less than to be told.
    if (!protocol_.watches || is_express || !scheduler_.take_along(key, EPOLLIN))
        socket->watch(true, false);
    // Others wait for the listener: no handler may hold us up.
    using Caller = Slots::Caller;
    slots_.let_go(key, after(options_.header_timeout),
                  is_express ? Caller::express : Caller::hurried);
    if (is_first) scheduler_.nudge();
}

void Server::arm_all() {
    const std::lock_guard lock(listeners_mutex_);
    if (is_closed_) return;
    for (std::size_t i = 0; i < listeners_.size(); ++i)
        if (!listeners_.arm(scheduler_.epoll(), i)) is_short_ = true;
}

// After stop(): who has connected is served still, then nobody is any more.
void Server::drain() {
    using Clock = std::chrono::steady_clock;
    const auto time = Clock::now();
    if (deaf_since_ == Clock::time_point()) {
        const std::lock_guard lock(listeners_mutex_);
        listeners_.admit_nobody();
        deaf_since_ = time;
    }
    if (!is_closed_) {
        for (std::size_t i = 0; i < listeners_.size(); ++i)
            for (int turns = 0; accept(i, false) > 0 && turns < last_turns; ++turns) {
            }
        const std::lock_guard lock(listeners_mutex_);
        if (time - deaf_since_ >= handshake_time) {
            listeners_.close();
            is_closed_ = true;
            is_closed_.notify_all();
        }
    }
    // One that goes on just now may come to wait again.
    if (is_closed_ && slots_.size() == 0 && stacks_.tasks() == 0)
        scheduler_.finish();  // when deferred tasks have ended, too
    slots_.stop_all();
    if (stage_ == Stage::finishing) return;
    if (drain_since_ == Clock::time_point()) drain_since_ = time;
    if (time - drain_since_ < options_.drain_timeout) return;
    door_.shutdown.request_stop();
    slots_.cancel_all();
    alarm_.signal();  // for those who were waiting already
}

}  // namespace turngate::net

// Taking, making and giving back connections.
#include "upstream_pool.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string>
#include <system_error>

#include "exchange_rules.h"

namespace turngate {
namespace {

using std::chrono::milliseconds;

// What is wrong here rather than there.
bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == EADDRNOTAVAIL;
}

// The same clock to a few milliseconds, which is soon told.
UpstreamPool::Clock::time_point coarse_now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return UpstreamPool::Clock::time_point(std::chrono::seconds(time.tv_sec) +
                                           std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

UpstreamPool::Lease UpstreamPool::take(Choice choice, Clock::time_point now,
                                       Clock::time_point until, const Context& context,
                                       Clock::time_point queue_until) {
    Lease lease(*this, admit(choice, now, until, queue_until, context.stop));
    // One that has something to say unasked is not to be trusted with a request. To ask the system
    // is not for those who hold the lock.
    while (lease.connection_ && !lease.connection_->is_quiet(choice == Choice::certain))
        lease.connection_ = take_idle(now);
    if (!lease.connection_) lease.connection_ = connect(until, context.stop);
    try {
        lease.connection_->wait_by(context.parking);
    } catch (const std::system_error& e) {
        throw HttpError(503, target_.text + ": " + e.what());
    }
    return lease;
}

// A connection that is kept, or null: there may be one more.
std::unique_ptr<UpstreamConnection> UpstreamPool::admit(Choice choice, Clock::time_point now,
                                                        Clock::time_point until,
                                                        Clock::time_point queue_until,
                                                        const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (leased_ >= limits_.max_connections) {
        const std::string busy = target_.text + ": all " + std::to_string(limits_.max_connections) +
                                 " connections to the upstream are in use";
        if (waiting_ >= limits_.max_waiting) throw BusyUpstream(503, busy);
        ++waiting_;
        const bool is_free = released_.wait_until(lock, stop, std::min(until, queue_until), [&] {
            return leased_ < limits_.max_connections;
        });
        --waiting_;
        if (!is_free && stop.stop_requested())
            throw Cancelled("the request was cancelled, waiting for a connection to the upstream");
        if (!is_free)
            throw BusyUpstream(queue_until < until ? 503 : 504,
                               busy + ", and none became free in time");
    }
    std::unique_ptr<UpstreamConnection> connection;
    if (choice == Choice::fresh)
        idle_.clear();
    else
        connection = last_idle(now);
    ++leased_;
    return connection;
}

std::unique_ptr<UpstreamConnection> UpstreamPool::take_idle(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    return last_idle(now);
}

// The last one given back is the least likely to have been closed. REQUIRES: mutex_ is locked.
std::unique_ptr<UpstreamConnection> UpstreamPool::last_idle(Clock::time_point now) {
    drop_expired(now);
    if (idle_.empty()) return nullptr;
    std::unique_ptr<UpstreamConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

void UpstreamPool::drop_expired(Clock::time_point now) {
    const auto oldest = now - limits_.keep_alive;
    const auto alive = std::find_if(idle_.begin(), idle_.end(),
                                    [&](const auto& one) { return *one->idle_since > oldest; });
    idle_.erase(idle_.begin(), alive);
}

std::unique_ptr<UpstreamConnection> UpstreamPool::connect(Clock::time_point until,
                                                          const std::stop_token& stop) {
    std::string problem;
    try {
        const NameLookup::Addresses addresses =
            lookup_.addresses(sooner(until, Clock::now(), limits_.connect_timeout), stop);
        for (const os::Address& address : *addresses) {
            const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
            const bool is_hurried = left < limits_.connect_timeout;
            if (left.count() <= 0)
                throw OverdueConnection(target_.text + ": no connection in time: " + problem);
            try {
                return open(
                    os::connect_to(address, is_hurried ? left : limits_.connect_timeout, stop),
                    until, stop);
            } catch (const std::system_error& e) {
                problem = e.what();
                const int error = e.code().value();
                if (is_shortage(error)) throw HttpError(503, target_.text + ": " + problem);
                if (error == EAGAIN)
                    throw FullUpstream(is_hurried ? 504 : 503,
                                       target_.text + ": " + problem +
                                           ": too many connections wait for the server already");
                if (&address == &addresses->back()) lookup_.forget();
                if (error == ETIMEDOUT && (is_hurried || &address == &addresses->back()))
                    throw OverdueConnection(target_.text + ": " + problem);
            }
        }
    } catch (const HttpError&) {
        throw;
    } catch (const Cancelled&) {
        throw;
    } catch (const Error& e) {  // the name is not known, or TLS has no agreement
        problem = e.what();
    }
    throw UnreachableUpstream(target_.text + ": " + problem);
}

// Who is connected has as long again for the handshake of TLS. What goes wrong there would go wrong
// at another address, too.
std::unique_ptr<UpstreamConnection> UpstreamPool::open(os::Fd fd, Clock::time_point until,
                                                       const std::stop_token& stop) const {
    if (!tls_) return std::make_unique<UpstreamConnection>(std::move(fd));
    const auto latest = sooner(until, Clock::now(), limits_.connect_timeout);
    std::unique_ptr<TlsStream> stream;
    try {
        stream = tls_->shake_hands(fd.get(), latest, stop);
    } catch (const std::system_error& e) {
        throw Error(std::string("the TLS handshake broke off: ") + e.what());
    }
    if (!stream) throw OverdueConnection(target_.text + ": the TLS handshake was not over in time");
    return std::make_unique<UpstreamConnection>(std::move(fd), std::move(stream));
}

void UpstreamPool::release(std::unique_ptr<UpstreamConnection> connection) noexcept {
    const std::lock_guard lock(mutex_);
    --leased_;
    if (connection && limits_.max_idle > 0 && ++connection->requests < limits_.max_requests) {
        connection->idle_since = coarse_now();
        if (idle_.size() >= limits_.max_idle) idle_.erase(idle_.begin());
        idle_.push_back(std::move(connection));
    }
    if (waiting_ > 0) released_.notify_one();
}

std::size_t UpstreamPool::load() const {
    const std::lock_guard lock(mutex_);
    return leased_ + waiting_;
}

void UpstreamPool::expire(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    drop_expired(now);
}

}  // namespace turngate

// Blocking where one call does, so that a request costs one send and one receive.
#include "upstream_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>

#include <turngate/os/direct_io.h>

namespace turngate {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

constexpr std::size_t most_parts = 64;  // in one call; what is behind them goes by and by

milliseconds left_until(UpstreamConnection::Clock::time_point until) {
    return std::chrono::ceil<milliseconds>(until - UpstreamConnection::Clock::now());
}

// The last block that a connection left to this thread. Where each carries one request, the memory
// would go back to the system and come again with every one. Not a part of its callers, as below.
[[gnu::noinline]] std::unique_ptr<char[]>& spare_block() {
    thread_local std::unique_ptr<char[]> block;
    return block;
}

std::unique_ptr<char[]> take_block() {
    std::unique_ptr<char[]> block = std::move(spare_block());
    return block ? std::move(block)
                 : std::make_unique_for_overwrite<char[]>(UpstreamConnection::block_size);
}

constexpr int at_once = MSG_DONTWAIT | MSG_NOSIGNAL;

// Of what `send` offers; again after a signal.
template <class Send>
std::size_t taken_by(Send send) {
    for (;;) {
        const ssize_t n = send();
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) fail("send");
    }
}

iovec part(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

UpstreamConnection::UpstreamConnection(os::Fd fd, std::unique_ptr<TlsStream> tls)
    : fd_(std::move(fd)), tls_(std::move(tls)), block_(take_block()) {}

UpstreamConnection::~UpstreamConnection() {
    // A request that is cut off must look so.
    if (tls_ && !is_sending_) tls_->end_output();
    spare_block() = std::move(block_);
}

bool UpstreamConnection::is_quiet(bool for_certain) const noexcept {
    if (!for_certain && watch_ && !watch_->has_news()) return true;
    if (tls_) return tls_->is_quiet();
    char byte;
    return os::receive(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void UpstreamConnection::wait_by(Parking* parking) {
    if (parking_ == parking && (!watch_ || watch_->is_live())) return;
    parking_ = nullptr;
    watch_.reset();
    if (parking) watch_ = parking->watch(fd_.get());
    parking_ = parking;
}

std::size_t UpstreamConnection::send_now(std::string_view head, std::string_view body) {
    if (body.empty()) return send_one(head);
    const std::string_view parts[] = {head, body};
    return send_now(parts);
}

std::size_t UpstreamConnection::send_one(std::string_view bytes) {
    if (tls_) return tls_->send_now({&bytes, 1});
    return taken_by([&] { return os::send(fd_.get(), bytes.data(), bytes.size(), at_once); });
}

std::size_t UpstreamConnection::send_now(std::span<const std::string_view> parts) {
    if (parts.size() == 1) return send_one(parts.front());
    if (tls_) return tls_->send_now(parts);
    std::array<iovec, most_parts> vector;
    msghdr message{};
    message.msg_iov = vector.data();
    for (const std::string_view one : parts.first(std::min(parts.size(), vector.size())))
        vector[message.msg_iovlen++] = part(one);
    return taken_by([&] { return os::send(fd_.get(), message, at_once); });
}

bool UpstreamConnection::send(std::string_view bytes, Clock::time_point until) {
    while (!bytes.empty() || has_unsent()) {
        const std::size_t n = send_now(bytes, {});
        bytes.remove_prefix(n);
        if (n > 0) continue;
        const milliseconds left = left_until(until);
        pollfd full = {fd_.get(), POLLOUT, 0};
        if (left.count() <= 0) return false;
        ::poll(&full, 1, static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
    }
    return true;
}

UpstreamConnection::Received UpstreamConnection::receive(int flags) {
    for (;;) {
        const ssize_t n = os::receive(fd_.get(), block_.get(), block_size, flags);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return Received::nothing;
        if (n < 0) fail("recv");
        unread = {block_.get(), static_cast<std::size_t>(n)};
        may_have_more_ = unread.size() == block_size;
        return n > 0 ? Received::bytes : Received::end;
    }
}

UpstreamConnection::Received UpstreamConnection::receive_now() {
    return tls_ ? receive_tls() : receive(MSG_DONTWAIT);
}

UpstreamConnection::Received UpstreamConnection::receive_tls() {
    const TlsStream::Piece piece = tls_->receive_now({block_.get(), block_size});
    unread = {block_.get(), piece.size};
    may_have_more_ = piece.has_more;
    if (piece.is_end) return Received::end;
    return piece.size > 0 ? Received::bytes : Received::nothing;
}

// A peer that does not read may wait for us to do so.
UpstreamConnection::Received UpstreamConnection::receive_tls(Clock::time_point until) {
    for (;;) {
        const Received got = receive_tls();
        const milliseconds left = left_until(until);
        if (got != Received::nothing || left.count() <= 0) return got;
        const short events = has_unsent() ? POLLIN | POLLOUT : POLLIN;
        pollfd silent = {fd_.get(), events, 0};
        ::poll(&silent, 1, static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
    }
}

// The socket's own timeout is set as rarely as may be: any that ends before `until` will do, as
// long as it does not wake us all the time.
UpstreamConnection::Received UpstreamConnection::receive(Clock::time_point until) {
    if (tls_ && (!watch_ || has_unsent())) return receive_tls(until);
    if (watch_) return receive_parked(until);
    for (;;) {
        const milliseconds left = left_until(until);
        if (left.count() <= 0) return receive_now();
        if (receive_timeout_.count() == 0 || receive_timeout_ > left ||
            receive_timeout_ < left / 8) {
            constexpr milliseconds short_enough{1000}, longest{3'600'000};
            receive_timeout_ = left <= short_enough ? left : std::min(left / 2, longest);
            const auto us = std::chrono::microseconds(receive_timeout_).count();
            const timeval timeout = {us / 1'000'000, us % 1'000'000};
            if (::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) != 0)
                fail("setsockopt");
        }
        if (const Received got = receive(0); got != Received::nothing) return got;
    }
}

// Reading comes last where nothing is likely to be there.
UpstreamConnection::Received UpstreamConnection::receive_parked(Clock::time_point until) {
    if (may_have_more_)
        if (const Received got = receive_now(); got != Received::nothing) return got;
    for (;;) {
        const bool is_late = !watch_->wait(until);
        const Received got = receive_now();
        if (got != Received::nothing || is_late) return got;
    }
}

void UpstreamConnection::end_output() noexcept {
    if (tls_)
        tls_->end_output();
    else
        ::shutdown(fd_.get(), SHUT_WR);
}

void UpstreamConnection::shut() noexcept {
    ::shutdown(fd_.get(), is_sending_ ? SHUT_RD : SHUT_RDWR);
}

void UpstreamConnection::reset() noexcept {
    const sockaddr nobody = {AF_UNSPEC, {}};  // dissolves a connection of TCP
    // Not by connect(): ThreadSanitizer takes that for a new descriptor, and another thread's send
    // for a race.
    if (::syscall(SYS_connect, fd_.get(), &nobody, sizeof nobody) != 0)
        ::shutdown(fd_.get(), SHUT_RDWR);
}

}  // namespace turngate

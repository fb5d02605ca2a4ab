// Reads, writes and waits of one socket.
#include "net/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <utility>

#include <turngate/http/error.h>
#include <turngate/os/direct_io.h>
#include <turngate/os/socket.h>

namespace turngate::net {
namespace {

constexpr std::size_t most_parts = 8;
constexpr std::size_t sendfile_piece = 1u << 20;
constexpr std::chrono::milliseconds longest_wait{100};  // until we look whether we are to stop

std::string host_of(int fd) {
    try {
        return os::peer_host(fd);
    } catch (const std::exception&) {  // it has gone already; reading will tell
        return {};
    }
}

}  // namespace

Connection::Connection(os::Fd fd, int epoll, Slots::Key key, const Place& its)
    : fd_(std::move(fd)),
      epoll_(epoll),
      key_(key),
      alarm_(its.alarm),
      is_local_(its.is_local),
      peer_(is_local_ ? std::string() : host_of(fd_.get())) {}

Connection::~Connection() = default;

Connection::Received Connection::receive(std::span<char> into, std::size_t& size) {
    for (;;) {
        const ssize_t n = os::receive(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
        size = n > 0 ? static_cast<std::size_t>(n) : 0;
        if (n > 0) return Received::some;
        if (n == 0) return Received::end;
        if (errno == EAGAIN) return Received::nothing;
        if (errno == EINTR) continue;
        broken_ = true;
        return Received::broken;
    }
}

std::optional<std::size_t> Connection::receive_until(std::span<char> into, Clock::time_point until,
                                                     const std::stop_token& stop) {
    for (std::size_t size = 0; !is_broken();) {
        switch (receive(into, size)) {
            case Received::some:
            case Received::end:
                return size;
            case Received::broken:
                return std::nullopt;
            case Received::nothing:
                if (!wait(POLLIN, until, stop)) return std::nullopt;
        }
    }
    return std::nullopt;
}

std::size_t Connection::send_now(std::span<const std::string_view> parts, bool more_follows) {
    std::array<iovec, most_parts> vectors;
    std::size_t count = 0;
    for (const std::string_view part : parts)
        if (!part.empty()) vectors[count++] = {const_cast<char*>(part.data()), part.size()};
    if (count == 0) return 0;
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more_follows ? MSG_MORE : 0);
    while (!is_broken()) {
        const ssize_t n = count == 1
                              ? os::send(fd_.get(), vectors[0].iov_base, vectors[0].iov_len, flags)
                              : os::send(fd_.get(), message, flags);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) break;
    }
    fail("the client has gone");
}

std::size_t Connection::send_file_now(int file, std::uint64_t& offset, std::uint64_t size) {
    auto position = static_cast<off_t>(offset);
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, sendfile_piece));
    while (!is_broken()) {
        const ssize_t n = ::sendfile(fd_.get(), file, &position, wanted);
        offset = static_cast<std::uint64_t>(position);
        if (n > 0) return static_cast<std::size_t>(n);
        if (n == 0) throw std::runtime_error("the file became shorter while it was sent");
        if (errno == EAGAIN) return 0;
        if (errno != EINTR && errno != EPIPE && errno != ECONNRESET)
            throw std::system_error(errno, std::generic_category(), "cannot send the file");
        if (errno != EINTR) break;
    }
    fail("the client has gone");
}

bool Connection::has_input() const noexcept {
    pollfd event = {fd_.get(), POLLIN, 0};
    return ::poll(&event, 1, 0) > 0;
}

bool Connection::is_gone() const noexcept {
    pollfd event = {fd_.get(), 0, 0};
    return ::poll(&event, 1, 0) > 0;
}

void Connection::wait_writable(std::chrono::milliseconds limit) {
    if (wait(POLLOUT, Clock::now() + limit)) return;
    reset();
    throw Cancelled("the client reads too slowly");
}

void Connection::send_all(std::span<const std::string_view> parts,
                          std::chrono::milliseconds limit) {
    std::array<std::string_view, most_parts> rest{};
    std::copy(parts.begin(), parts.end(), rest.begin());
    for (std::size_t first = 0; first < parts.size();) {
        std::size_t sent = send_now(std::span(rest).subspan(first, parts.size() - first));
        const bool is_full = sent == 0;
        while (first < parts.size() && sent >= rest[first].size())
            sent -= rest[first++].size();
        if (first == parts.size()) return;
        rest[first].remove_prefix(sent);
        if (is_full) wait_writable(limit);
    }
}

void Connection::end_output() noexcept {
    has_ended_output_ = true;  // first: the epoll tells when both sides are
    if (!is_broken()) ::shutdown(fd_.get(), SHUT_WR);
}

void Connection::reset() noexcept {
    const linger now = {1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    broken_ = true;
}

void Connection::watch(bool reading, bool writing, bool ending) noexcept {
    epoll_event event{};
    event.events = EPOLLET;
    if (reading) event.events |= EPOLLIN;
    if (ending) event.events |= EPOLLRDHUP;
    if (writing) event.events |= EPOLLOUT;
    event.data.u64 = key_;
    const int operation = is_watched_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    // The system may have no memory for one more: whoever calls again tries again.
    is_watched_ = ::epoll_ctl(epoll_, operation, fd_.get(), &event) == 0 || is_watched_;
}

bool Connection::wait(short what, Clock::time_point until, const std::stop_token& stop) const {
    for (;;) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0 || hurried_ || stop.stop_requested()) return false;
        // A thousand that wait for slow clients are to sleep until something happens.
        if (stop.stop_possible()) left = std::min(left, longest_wait);
        const auto ms = std::min<std::chrono::milliseconds::rep>(left.count(), INT_MAX);
        std::array<pollfd, 2> events = {{{fd_.get(), what, 0}, {alarm_, POLLIN, 0}}};
        const int n = ::poll(events.data(), events.size(), static_cast<int>(ms));
        if (n > 0) return events[0].revents != 0;
        if (n < 0 && errno != EINTR) return false;
    }
}

void Connection::fail(const char* why) {
    broken_ = true;
    throw Cancelled(why);
}

}  // namespace turngate::net

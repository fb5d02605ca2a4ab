// Two system calls an exchange, where the peer is not slow: sendmsg() and recv().
#include "lambda/runtime_connection.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <system_error>
#include <vector>

namespace turngate {
namespace {

// aws-lambda-cpp's. The peer is on the same machine.
constexpr std::chrono::milliseconds connect_timeout{1000};

constexpr std::size_t block = 64 * 1024;
constexpr int look_again = 50;  // ms, whether to give up

std::string error_text(int error) {
    return std::generic_category().message(error);
}

// Takes `sent` bytes off the front of `parts`.
void advance(std::span<iovec>& parts, std::size_t sent) {
    while (!parts.empty() && sent >= parts.front().iov_len) {
        sent -= parts.front().iov_len;
        parts = parts.subspan(1);
    }
    if (sent == 0) return;
    parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + sent;
    parts.front().iov_len -= sent;
}

}  // namespace

void RuntimeConnection::connect() {
    std::string problem;
    std::vector<os::Address> addresses;
    try {
        addresses = server_.addresses();
    } catch (const Error& e) {
        throw ConnectionLost(e.what(), false);
    }
    for (const os::Address& address : addresses) {
        try {
            os::Fd fd = os::connect_to(address, connect_timeout);
            const std::lock_guard lock(mutex_);
            fd_ = std::move(fd);
            return;
        } catch (const std::system_error& e) {
            problem = "cannot connect to " + address.text() + ": " + e.code().message();
        }
    }
    throw ConnectionLost(problem, false);
}

void RuntimeConnection::close() noexcept {
    const std::lock_guard lock(mutex_);
    fd_.reset();
    reader_ = {};
}

void RuntimeConnection::send(std::span<const std::string_view> parts, const GiveUp& give_up) {
    if (!fd_) connect();
    cut_short_ = false;
    std::array<iovec, most_parts> vectors{};
    std::size_t count = 0;
    for (const std::string_view part : parts.first(std::min(parts.size(), most_parts)))
        if (!part.empty()) vectors[count++] = {const_cast<char*>(part.data()), part.size()};
    std::span<iovec> left(vectors.data(), count);
    while (!left.empty()) {
        msghdr message{};
        message.msg_iov = left.data();
        message.msg_iovlen = left.size();
        const ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            advance(left, static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            // Who answers before all is there, with a 413 say, may read no further.
            pollfd event = {fd_.get(), POLLIN | POLLOUT, 0};
            ::poll(&event, 1, give_up.is_possible() ? look_again : -1);
            if (event.revents == 0 && give_up.is_due()) {
                close();
                throw ConnectionLost(
                    "the Runtime API did not take all of it, and the function's time is over",
                    true);
            }
            if ((event.revents & POLLIN) == 0) continue;
            cut_short_ = true;
            return;
        }
        if (errno == EPIPE || errno == ECONNRESET) {
            cut_short_ = true;  // an answer may have come before the end
            return;
        }
        const int error = errno;
        close();
        throw ConnectionLost("cannot write to the Runtime API: " + error_text(error), false);
    }
}

RuntimeReply RuntimeConnection::receive(const GiveUp& give_up) {
    return *read_reply(false, give_up);
}

std::optional<RuntimeReply> RuntimeConnection::wait() {
    if (!begin_wait()) return std::nullopt;
    try {
        auto reply = read_reply(true);
        end_wait();
        return reply;
    } catch (...) {
        end_wait();
        throw;
    }
}

bool RuntimeConnection::begin_wait() {
    const std::lock_guard lock(mutex_);
    is_waiting_ = !is_interrupted_;
    return is_waiting_;
}

void RuntimeConnection::end_wait() noexcept {
    const std::lock_guard lock(mutex_);
    is_waiting_ = false;
}

void RuntimeConnection::interrupt() noexcept {
    const std::lock_guard lock(mutex_);
    is_interrupted_ = true;
    if (is_waiting_ && fd_) ::shutdown(fd_.get(), SHUT_RDWR);
}

// Absent only if it was interrupted.
std::optional<RuntimeReply> RuntimeConnection::read_reply(bool may_be_interrupted,
                                                          const GiveUp& give_up) {
    for (;;) {
        if (give_up.is_possible()) wait_for_bytes(give_up);
        const bool had_begun = reader_.begun();
        const std::size_t size = read_more();
        std::string_view bytes(buffer_.get(), size);
        http1::Progress progress = http1::Progress::more;
        if (size > 0) {
            if (may_be_interrupted && !had_begun) end_wait();  // what has begun to come is taken
            progress = reader_.feed(bytes);
        } else if (may_be_interrupted && !had_begun) {
            const std::lock_guard lock(mutex_);
            if (is_interrupted_) return std::nullopt;
        }
        if (size == 0) progress = reader_.end();
        if (progress == http1::Progress::more) continue;
        if (progress == http1::Progress::failed) {
            const std::string problem = reader_.problem();
            close();
            if (size == 0 && !had_begun)
                throw ConnectionLost("the Runtime API closed the connection without a reply",
                                     false);
            throw ConnectionLost("the Runtime API's reply cannot be read: " + problem, true);
        }
        RuntimeReply reply = reader_.take();
        // What comes unasked belongs to no request of ours.
        if (cut_short_ || !reply.keep_alive || !bytes.empty()) close();
        return reply;
    }
}

// Or for the end of the connection.
void RuntimeConnection::wait_for_bytes(const GiveUp& give_up) {
    pollfd event = {fd_.get(), POLLIN, 0};
    while (::poll(&event, 1, look_again) <= 0) {
        if (!give_up.is_due()) continue;
        const bool answered = reader_.begun();
        close();
        throw ConnectionLost("the Runtime API did not answer, and the function's time is over",
                             answered);
    }
}

std::size_t RuntimeConnection::read_more() {
    // Not filled with zeroes: most of it is never touched in a process that has small events.
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(block);
    for (;;) {
        const ssize_t size = ::recv(fd_.get(), buffer_.get(), block, 0);
        if (size >= 0) return static_cast<std::size_t>(size);
        if (errno == EINTR) continue;
        const int error = errno;
        const bool answered = reader_.begun();
        close();
        throw ConnectionLost("the connection to the Runtime API broke: " + error_text(error),
                             answered);
    }
}

}  // namespace turngate

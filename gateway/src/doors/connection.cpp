// One connection of the HTTP door.
#include "connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <poll.h>
#include <sys/socket.h>

#include <turngate/http1/write_head.h>

namespace turngate {
namespace {

using std::chrono::milliseconds;

// What is read and thrown away after an answer, so that closing does not reset the connection and
// destroy the answer on its way (RFC 9112 section 9.6).
constexpr std::size_t max_lingering = 256 * 1024;
constexpr milliseconds linger_timeout{1000};

// A little is collected before it is sent: a head and its body are one packet.
constexpr std::size_t send_size = 16 * 1024;

}  // namespace

Connection::Connection(os::Fd fd, const HttpOptions& options)
    : fd_(std::move(fd)), options_(options) {
    os::set_nonblocking(fd_.get());
}

Connection::~Connection() {
    end_output();
    std::array<char, 16 * 1024> block;
    const auto until = Clock::now() + linger_timeout;
    for (std::size_t all = 0; !broken_ && all < max_lingering;) {
        const auto n = receive(block, until);
        if (!n || *n == 0) break;
        all += *n;
    }
}

std::optional<std::size_t> Connection::receive(std::span<char> into, Clock::time_point until) {
    while (!broken_) {
        const ssize_t n = ::recv(fd_.get(), into.data(), into.size(), 0);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EINTR) continue;
        if (errno != EAGAIN)
            broken_ = true;
        else if (!wait(POLLIN, until))
            return std::nullopt;
    }
    return std::nullopt;
}

void Connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n =
            broken_ ? -1 : ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (broken_ || (errno != EAGAIN && errno != EINTR)) {
            broken_ = true;
            throw Cancelled("the client has gone");
        } else if (errno == EAGAIN && !wait(POLLOUT, Clock::now() + options_.write_timeout)) {
            reset();
            throw Cancelled("the client reads too slowly");
        }
    }
}

void Connection::end_output() noexcept {
    if (!broken_) ::shutdown(fd_.get(), SHUT_WR);
}

void Connection::reset() noexcept {
    const linger now = {1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    broken_ = true;
}

bool Connection::wait(short what, Clock::time_point until) const {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    pollfd event = {fd_.get(), what, 0};
    return left > 0 &&
           ::poll(&event, 1, static_cast<int>(std::min<std::int64_t>(left, INT_MAX))) != 0;
}

ConnectionBody::ConnectionBody(Connection& connection, std::string early, std::uint64_t size,
                               bool is_expected, milliseconds timeout)
    : connection_(connection),
      early_(std::move(early)),
      left_(size),
      continue_(is_expected && early_.empty()),
      timeout_(timeout) {}

std::size_t ConnectionBody::read(std::span<char> into) {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
    std::size_t n = std::min(early_.size() - taken_, into.size());
    if (n > 0) {
        std::copy_n(early_.data() + taken_, n, into.data());
        taken_ += n;
    } else if (!into.empty()) {
        if (std::exchange(continue_, false)) connection_.send("HTTP/1.1 100 Continue\r\n\r\n");
        const auto got = connection_.receive(into, Connection::Clock::now() + timeout_);
        if (!got) throw HttpError(408, "the request body did not come in time");
        n = *got;
    }
    left_ -= n;
    return n;
}

HttpSink::HttpSink(Connection& connection, http1::Version version, bool is_head)
    : connection_(connection), may_chunk_(version == http1::Version::http11 && !is_head) {}

void HttpSink::on_head(int status, const Headers& headers) {
    const bool has_body = status != 204 && status != 205 && status != 304;
    chunked_ = may_chunk_ && has_body && !headers.contains("Content-Length");
    Headers all = headers;
    all.remove("Keep-Alive");
    all.set("Connection", "close");
    if (chunked_) all.set("Transfer-Encoding", "chunked");
    const auto now = std::chrono::system_clock::now();
    http1::write_reply_head(pending_, status, all, std::chrono::floor<std::chrono::seconds>(now));
}

void HttpSink::on_body(std::string_view chunk) {
    if (chunked_) {
        std::array<char, 20> size;
        const int n = std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
        pending_.append(size.data(), static_cast<std::size_t>(n));
    }
    pending_.append(chunk).append(chunked_ ? "\r\n" : "");
    if (pending_.size() >= send_size) on_flush();
}

void HttpSink::on_flush() {
    connection_.send(std::exchange(pending_, {}));
}

void HttpSink::on_finish() {
    if (chunked_) pending_ += "0\r\n\r\n";
    on_flush();
}

// Without the last chunk, or short of its length, the response is visibly incomplete; one that ends
// with the connection needs the connection to break.
void HttpSink::on_abort() noexcept {
    connection_.reset();
}

}  // namespace turngate

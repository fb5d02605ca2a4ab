// A server that answers with whatever bytes a test wants. Deliberately without our codec: what it
// makes of a request is all that an independent reader would.
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace turngate::test {

// A connection that was accepted. Every call gives up quietly when the peer has gone.
class FakePeer {
  public:
    FakePeer(int fd, std::size_t count) : number(count), fd_(fd) {}

    const std::size_t number;  // of the connection, from 1

    // All that has come and was not taken by an earlier call, once `end` is in it; up to and with
    // `end`. Everything if the peer ends first.
    std::string read_until(std::string_view end) {
        for (;;) {
            if (const auto at = input_.find(end); at != std::string::npos)
                return take(at + end.size());
            if (!read_more()) return take(input_.size());
        }
    }
    std::string read_bytes(std::size_t size) {
        while (input_.size() < size && read_more()) {
        }
        return take(std::min(size, input_.size()));
    }

    // A whole request: its head, and a body by Content-Length or up to the last chunk. Empty at the
    // end.
    std::string read_request() {
        std::string request = read_until("\r\n\r\n");
        if (request.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos) {
            std::string last;  // chunk after chunk; trailers end in an empty line
            do {
                const std::string line = read_until("\r\n");
                request += line;
                const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
                if (size == 0) break;
                request += read_bytes(size + 2);
            } while (true);
            while ((last = read_until("\r\n")) != "\r\n" && !last.empty())
                request += last;
            return request + last;
        }
        const auto at = request.find("\r\nContent-Length: ");
        if (at != std::string::npos)
            request += read_bytes(std::strtoul(request.c_str() + at + 18, nullptr, 10));
        return request;
    }

    bool write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }

    // Blocks until the peer closes; false if that takes longer.
    bool wait_for_end(int milliseconds = 20'000) {
        for (;;) {
            pollfd event = {fd_, POLLIN, 0};
            if (::poll(&event, 1, milliseconds) <= 0) return false;
            if (!read_more()) return true;
            input_.clear();
        }
    }

    bool was_reset() const { return was_reset_; }

    void end_output() { ::shutdown(fd_, SHUT_WR); }

    // The connection is reset when the script returns, instead of closed.
    void reset() {
        const linger now = {1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

  private:
    std::string take(std::size_t size) {
        std::string out = input_.substr(0, size);
        input_.erase(0, size);
        return out;
    }
    bool read_more() {
        char block[16 * 1024];
        const ssize_t n = ::recv(fd_, block, sizeof block, 0);
        was_reset_ = n < 0 && errno == ECONNRESET;
        if (n <= 0) return false;
        input_.append(block, static_cast<std::size_t>(n));
        return true;
    }

    int fd_;
    std::string input_;
    bool was_reset_ = false;
};

class FakeUpstream {
  public:
    using Script = std::function<void(FakePeer&)>;

    // Listens on a port of 127.0.0.1 that the kernel chooses, or on a Unix socket; runs the script
    // for each connection, each on a thread of its own, and closes the connection behind it.
    explicit FakeUpstream(Script script, const std::string& path = {})
        : script_(std::move(script)) {
        listener_ = ::socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (path.empty()) {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            listen(reinterpret_cast<const sockaddr*>(&address), sizeof address);
            socklen_t size = sizeof address;
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
            port_ = ntohs(address.sin_port);
            url_ = "http://127.0.0.1:" + std::to_string(port_);
        } else {
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            path.copy(address.sun_path, sizeof address.sun_path - 1);
            listen(reinterpret_cast<const sockaddr*>(&address), sizeof address);
            url_ = "http+unix:" + path;
        }
        thread_ = std::thread([this] { accept_all(); });
    }
    FakeUpstream(const FakeUpstream&) = delete;
    FakeUpstream& operator=(const FakeUpstream&) = delete;
    ~FakeUpstream() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        {
            const std::lock_guard lock(mutex_);
            for (const int fd : open_)
                ::shutdown(fd, SHUT_RDWR);
        }
        for (std::thread& one : threads_)
            one.join();
    }

    const std::string& url() const { return url_; }
    int port() const { return port_; }
    std::size_t connections() const { return accepted_; }

  private:
    void listen(const sockaddr* address, socklen_t size) const {
        if (::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0)
            throw std::runtime_error("the fake upstream cannot listen");
    }
    void accept_all() {
        for (;;) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            const std::lock_guard lock(mutex_);
            open_.push_back(fd);
            threads_.emplace_back([this, fd, number = ++accepted_] {
                FakePeer peer(fd, number);
                script_(peer);
                const std::lock_guard inner(mutex_);
                std::erase(open_, fd);
                ::close(fd);
            });
        }
    }

    Script script_;
    int listener_;
    int port_ = 0;
    std::string url_;
    std::atomic<std::size_t> accepted_ = 0;
    std::mutex mutex_;
    std::vector<int> open_;  // under mutex_
    std::vector<std::thread> threads_;
    std::thread thread_;
};

}  // namespace turngate::test

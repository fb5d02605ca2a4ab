// The socket of one connection: what a thread may do with it without waiting, and with.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/uio.h>

#include "net/slots.h"
#include <turngate/os/fd.h>

namespace turngate::net {

// Reading and writing may be done by two threads at the same time, each by one.
class Connection {
  public:
    using Clock = std::chrono::steady_clock;
    enum class Received { some, nothing, end, broken };

    // What a door knows of its connections.
    struct Place {
        int alarm = -1;         // can be read when nobody is to wait any longer; -1: there is none
        bool is_local = false;  // a Unix socket, which has no address to be asked for
    };

    // `fd` does not block. watch() puts it into `epoll` under `key`.
    Connection(os::Fd fd, int epoll, Slots::Key key) : Connection(std::move(fd), epoll, key, {}) {}
    Connection(os::Fd fd, int epoll, Slots::Key key, const Place& its);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    int fd() const noexcept { return fd_.get(); }
    Slots::Key key() const noexcept { return key_; }

    // The client's IP address; empty on a Unix socket.
    const std::string& peer() const noexcept { return peer_; }
    bool is_local() const noexcept { return is_local_; }

    // What is here, into the front of `into`; `size` is how much that was.
    Received receive(std::span<char> into, std::size_t& size);

    // Absent when `until` has passed, `stop` was requested or the connection broke; 0 at the end.
    std::optional<std::size_t> receive_until(std::span<char> into, Clock::time_point until,
                                             const std::stop_token& stop);

    // As much of `parts` as fits now; returns how much that was. Throws Cancelled when the client
    // has gone. REQUIRES: at most eight parts.
    std::size_t send_now(std::span<const std::string_view> parts, bool more_follows = false);

    // The same of a file, from `offset`, which moves on. Throws std::runtime_error when the file
    // has ended.
    std::size_t send_file_now(int file, std::uint64_t& offset, std::uint64_t size);

    // Waits until more fits. Throws Cancelled if nothing has for `limit`, and breaks the
    // connection then.
    void wait_writable(std::chrono::milliseconds limit);

    // All of `parts`; each wait is for `limit` at most. Throws Cancelled.
    void send_all(std::span<const std::string_view> parts, std::chrono::milliseconds limit);

    // Nothing more will be sent.
    void end_output() noexcept;
    bool has_ended_output() const noexcept { return has_ended_output_; }

    // Ends the connection so that the client sees that something is missing.
    void reset() noexcept;
    // From any thread: nobody begins to wait any longer for what can be read or written. Who does
    // already hears the alarm, or that the client has gone.
    void hurry() noexcept { hurried_ = true; }

    // Something can be read, or the end.
    bool has_input() const noexcept;

    // The client has closed the connection or broken it, not only shut down its side.
    bool is_gone() const noexcept;

    bool is_broken() const noexcept { return broken_.load(std::memory_order_relaxed); }

    // Stands in the epoll.
    bool is_watched() const noexcept { return is_watched_; }

    // Which events the epoll is to tell: with `reading`, that there is something to read, also if
    // it was there before; with `writing` that something fits.
    void watch(bool reading, bool writing) noexcept { watch(reading, writing, reading); }
    // The same; with `ending`, that the client has shut down its side.
    void watch(bool reading, bool writing, bool ending) noexcept;

  private:
    bool wait(short what, Clock::time_point until, const std::stop_token& stop = {}) const;
    [[noreturn]] void fail(const char* why);

    os::Fd fd_;
    const int epoll_;
    const Slots::Key key_;
    const int alarm_;
    const bool is_local_;
    const std::string peer_;
    bool is_watched_ = false;
    std::atomic<bool> broken_{false};
    std::atomic<bool> hurried_{false};
    std::atomic<bool> has_ended_output_{false};
};

}  // namespace turngate::net

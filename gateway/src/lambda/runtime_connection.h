// One kept connection to AWS Lambda's Runtime API: HTTP/1.1 on a socket, one exchange at a time.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "lambda/runtime_reply.h"
#include <turngate/handlers/server_address.h>
#include <turngate/http/error.h>
#include <turngate/os/fd.h>

namespace turngate {

// The connection broke, or what came on it is no HTTP.
class ConnectionLost : public Error {
  public:
    ConnectionLost(const std::string& message, bool answered)
        : Error(message), answered_(answered) {}

    // A part of a reply had come, so the request was read.
    bool answered() const noexcept { return answered_; }

  private:
    bool answered_;
};

// When a peer that does nothing is given up: once `stop` is requested, and no sooner than
// `not_before`. Without a `stop` it never is.
struct GiveUp {
    std::stop_token stop = {};
    std::chrono::steady_clock::time_point not_before = {};

    bool is_possible() const noexcept { return stop.stop_possible(); }
    bool is_due() const noexcept {
        return stop.stop_requested() && std::chrono::steady_clock::now() >= not_before;
    }
};

// No exchange has a time limit of its own: while the sandbox is frozen nothing can be sent, and an
// invocation may be hours away. For one thread at a time, but for interrupt().
class RuntimeConnection {
  public:
    explicit RuntimeConnection(ServerAddress server) : server_(std::move(server)) {}
    RuntimeConnection(const RuntimeConnection&) = delete;
    RuntimeConnection& operator=(const RuntimeConnection&) = delete;

    // Sends one request, or a part of one, of at most `most_parts` pieces; connects first if there
    // is no connection. A reply that comes before all has been taken ends the sending: receive()
    // has it. Throws ConnectionLost, and closes the connection, also if it is given up before all
    // of it has been taken.
    static constexpr std::size_t most_parts = 6;
    void send(std::span<const std::string_view> parts, const GiveUp& give_up = {});

    // The reply to what was sent. Throws ConnectionLost, and closes the connection, also if it is
    // given up before the reply is there.
    RuntimeReply receive(const GiveUp& give_up = {});

    // The same where the reply may be long in coming: absent once interrupt() was called.
    std::optional<RuntimeReply> wait();

    // From any thread, and once for all: wait() returns, unless a reply has begun to come.
    void interrupt() noexcept;

    void close() noexcept;

    // The last request was answered, or broken off, before all of it was taken.
    bool cut_short() const noexcept { return cut_short_; }

    // The socket itself, for what is asked and never read.
    os::Fd release() noexcept { return std::move(fd_); }

    // -1: none. For who has to write to it when nothing else can be done any more.
    int fd() const noexcept { return fd_.get(); }

  private:
    void connect();
    bool begin_wait();
    void end_wait() noexcept;
    std::optional<RuntimeReply> read_reply(bool may_be_interrupted, const GiveUp& give_up = {});
    void wait_for_bytes(const GiveUp& give_up);
    std::size_t read_more();

    const ServerAddress server_;
    os::Fd fd_;
    RuntimeReplyReader reader_;
    std::unique_ptr<char[]> buffer_;  // once something has been read
    bool cut_short_ = false;          // the request was not sent whole

    std::mutex mutex_;  // of what follows, and of changes of fd_
    bool is_waiting_ = false;
    bool is_interrupted_ = false;
};

}  // namespace turngate

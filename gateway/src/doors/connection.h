// One connection of the HTTP door: the socket with its deadlines, the body that comes out of it and
// the response that goes in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <turngate/doors/http.h>
#include <turngate/http/body.h>
#include <turngate/http/response_writer.h>
#include <turngate/http1/head.h>
#include <turngate/os/fd.h>

namespace turngate {

class Connection {
  public:
    using Clock = std::chrono::steady_clock;

    // `options` must outlive this.
    Connection(os::Fd fd, const HttpOptions& options);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();  // waits a moment for the client to close

    int fd() const noexcept { return fd_.get(); }

    // Absent when `until` has passed or the connection broke; 0 at the end.
    std::optional<std::size_t> receive(std::span<char> into, Clock::time_point until);

    // Throws Cancelled when the client takes nothing for too long, or has gone.
    void send(std::string_view bytes);

    // Tells the client that nothing more comes, unless the connection broke.
    void end_output() noexcept;

    // Ends the connection so that the client sees that something is missing.
    void reset() noexcept;

  private:
    bool wait(short what, Clock::time_point until) const;

    os::Fd fd_;
    const HttpOptions& options_;
    bool broken_ = false;
};

class ConnectionBody final : public BodySource {
  public:
    // `early` came with the head. `is_expected`: the client waits for a 100 before it sends more.
    ConnectionBody(Connection& connection, std::string early, std::uint64_t size, bool is_expected,
                   std::chrono::milliseconds timeout);
    std::size_t read(std::span<char> into) override;

  private:
    Connection& connection_;
    const std::string early_;
    std::size_t taken_ = 0;
    std::uint64_t left_;
    bool continue_;
    const std::chrono::milliseconds timeout_;
};

// A body without a length is sent in chunks, or to HTTP/1.0 until the connection ends.
class HttpSink final : public ResponseSink {
  public:
    HttpSink(Connection& connection, http1::Version version, bool is_head);
    void on_head(int status, const Headers& headers) override;
    void on_body(std::string_view chunk) override;
    void on_flush() override;
    void on_finish() override;
    void on_abort() noexcept override;

  private:
    Connection& connection_;
    const bool may_chunk_;
    bool chunked_ = false;
    std::string pending_;  // not sent yet
};

}  // namespace turngate

// One request of HTTP/1 and its response: the body that comes out of a connection and the reply
// that goes in.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/incoming_body.h"
#include "net/outbox.h"
#include "net/surroundings.h"
#include <turngate/http/body.h>
#include <turngate/http/response_writer.h>
#include <turngate/http1/head.h>

namespace turngate::net {

// Lives on the stack of the thread that runs the handler. The handler may read the body on one
// thread and write the response on another.
class Http1Exchange final : public ResponseSink {
  public:
    struct Terms {
        http1::Version version;
        bool is_head;                         // the method
        bool wants_switch;                    // the client has sent an Upgrade
        bool may_keep_alive;                  // as far as the client and the door are concerned
        bool expects_continue;                // and has not been told
        std::size_t collected;                // bytes of the body that have come, ...
        Connection::Clock::time_point began;  // ... the first of them then; or absent
        const Context& context;
    };

    // `bytes` is what came behind the head; what is not the body's is left in it. `out` is where
    // output is gathered, empty. `head_sent` is told when the head of the response is sent. All
    // must outlive this.
    Http1Exchange(Surroundings& door, Connection& connection, Outbox& outbox, IncomingBody& body,
                  std::string_view& bytes, std::string& out, const Terms& terms,
                  std::atomic<Ticks>& head_sent);
    ~Http1Exchange();

    // The epoll tells again what comes, for nobody waits for it here: the body has come, or the
    // handler has returned.
    void watch_again() noexcept;

    // The body, of which `collected` has come already.
    Body body(std::string collected);

    // The next piece of the body from the connection; blocks, until interrupt()'s stop.
    std::size_t read(std::span<char> into);
    void interrupt(std::stop_token stop) { interrupted_ = std::move(stop); }

    // What is left of the bytes given is in a buffer of this exchange.
    bool owns_rest() const noexcept { return block_ != nullptr; }

    // Whether the connection can go on with what is left of the body and another request.
    bool keeps_alive() const noexcept { return keep_alive_ && !is_aborted_ && !is_switched_; }
    bool is_switched() const noexcept { return is_switched_; }

    void on_head(int status, const Headers& headers) override;
    void on_body(std::string_view chunk) override;
    void on_flush() override;
    void on_finish() override;
    void on_abort() noexcept override;
    void on_interim(int status, const Headers& headers) override;
    void on_trailers(const Headers& trailers) override;
    void on_file(int fd, std::uint64_t offset, std::uint64_t size) override;
    RawConnection* on_switch(const Headers& headers) override;

  private:
    class Source;
    class Raw;

    std::chrono::milliseconds patience() const noexcept;
    void wait_for_room();
    std::size_t receive(std::span<char> into);
    void send_continue();
    void check_pace(std::uint64_t received);
    void write_framing(int status, const Headers& headers);
    void send(std::string_view bytes, std::string_view end, bool is_last);
    bool is_last(std::uint64_t size) noexcept;

    Surroundings& door_;
    Connection& connection_;
    Outbox& outbox_;
    IncomingBody& body_;
    std::string_view& bytes_;
    std::string& out_;
    const Terms terms_;
    std::atomic<Ticks>& head_sent_;

    std::stop_token interrupted_;
    std::unique_ptr<std::string> block_;  // chunks as they came
    std::uint64_t received_;
    Connection::Clock::time_point began_;
    bool is_watched_ = true;

    std::mutex mutex_;            // of the two below: a 100 goes before the head or not at all
    bool owes_continue_ = false;  // the client waits to be told
    bool has_head_ = false;

    std::optional<std::uint64_t> left_;  // of the declared length
    std::string trailers_;
    bool is_chunked_ = false;
    const bool is_followed_;        // by another request, which has come
    std::atomic<bool> keep_alive_;  // of reading and of writing
    bool is_aborted_ = false;
    bool is_switched_ = false;
    std::unique_ptr<Raw> raw_;
};

}  // namespace turngate::net

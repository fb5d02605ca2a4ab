// The frames of HTTP/2 on one connection: nghttp2 between the bytes of a socket and what they mean.
#pragma once

#include <cstdint>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/clock.h"
#include "net/connection.h"
#include "net/surroundings.h"

namespace turngate::net {

struct Http2Stream;

// For one thread at a time. What it refuses by itself: frames and fields that break RFC 9113,
// and clients that cost more than they ask for.
class Http2Link {
  public:
    // What comes. The stream of a call is the one that on_request() returned.
    class Events {
      public:
        virtual ~Events() = default;
        // Null to refuse it. Valid until on_closed().
        virtual Http2Stream* on_request(std::int32_t id) = 0;
        virtual void on_field(Http2Stream&, std::string_view name, std::string_view value,
                              bool is_trailer) = 0;
        virtual void on_head(Http2Stream&) = 0;
        virtual void on_data(Http2Stream&, std::string_view data) = 0;
        virtual void on_complete(Http2Stream&) = 0;
        virtual void on_closed(Http2Stream&) = 0;
    };
    using Fields = std::vector<std::pair<std::string, std::string>>;

    // All must outlive this. Throws std::bad_alloc.
    Http2Link(Surroundings& door, Connection& connection, Events& events);
    Http2Link(const Http2Link&) = delete;
    Http2Link& operator=(const Http2Link&) = delete;
    ~Http2Link();

    // Deals with bytes of the client; false if nothing more of it is of use.
    bool receive(std::string_view bytes);

    // Sends what there is and fits; the rest when the epoll says that the socket is writable, upon
    // which is_writable() is to be called. False once the client has gone.
    bool flush() noexcept;
    void is_writable() noexcept;

    // Since when nothing has fitted into the socket; never if that is not so.
    Ticks stalled_since() const noexcept { return stalled_since_; }
    // Since when a field section has been incomplete.
    Ticks head_since() const noexcept { return head_since_; }
    bool has_settings() const noexcept { return has_settings_; }

    // Nothing more will come or go: all of it is said.
    bool is_done() const noexcept;

    // Asks the client to begin no more requests, and tells it later which were the last.
    void announce_end();
    void end();
    // Ends all streams.
    void terminate(std::uint32_t error);

    // `has_body`: the output of the stream follows.
    void respond(Http2Stream& stream, const Fields& fields, bool has_body);
    void interim(Http2Stream& stream, const Fields& fields);
    // The output of the stream has grown or ended.
    void resume(Http2Stream& stream);
    void reset(Http2Stream& stream, std::uint32_t error);
    // The client may send that much more; of the stream too, if it goes on.
    void consumed(Http2Stream& stream, std::size_t size);

  private:
    struct Callbacks;

    void count_reset();
    void count_frame(const nghttp2_frame_hd& head);
    ssize_t read_output(Http2Stream& stream, std::uint8_t* into, std::size_t room,
                        std::uint32_t& flags);

    Surroundings& door_;
    Connection& connection_;
    Events& events_;
    nghttp2_session* session_ = nullptr;
    std::string unsent_;
    bool is_full_ = false;  // the socket, as far as we know
    Ticks stalled_since_ = never;
    Ticks head_since_ = never;
    bool has_settings_ = false;
    bool is_broken_ = false;
    bool is_ended_ = false;  // with a GOAWAY
    std::uint64_t requests_ = 0;
    std::uint64_t resets_ = 0;       // requests that were given up before they had an answer
    std::uint64_t idle_frames_ = 0;  // since the last that carried something
};

}  // namespace turngate::net

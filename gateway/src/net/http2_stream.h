// One stream of HTTP/2: a request that arrives and the response that leaves.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "net/byte_queue.h"
#include "net/clock.h"
#include "net/http2_head.h"
#include "net/surroundings.h"

namespace turngate::net {

// Under the mutex of its session.
struct Http2Stream {
    // `door` must outlive this.
    Http2Stream(Surroundings& surroundings, std::int32_t number)
        : door(surroundings), id(number), touched(now()) {}
    Http2Stream(const Http2Stream&) = delete;
    Http2Stream& operator=(const Http2Stream&) = delete;
    ~Http2Stream() { drop_output(); }

    // The body may stand still for a while, but not drip for ever.
    bool drips(Ticks time) const noexcept;

    // What must come still, as far as it is declared.
    std::uint64_t declared_left() const noexcept {
        const std::uint64_t length = head.length().value_or(0);
        return is_complete || length < received ? 0 : length - received;
    }

    void put_output(std::string_view bytes);
    std::size_t take_output(char* into, std::size_t room) noexcept;
    void drop_output() noexcept;

    Surroundings& door;
    const std::int32_t id;
    std::condition_variable changed;
    std::stop_source gone;
    Ticks touched;  // something came, or left, or was done last

    // The request.
    Http2Head head;
    Headers trailers;
    std::size_t trailers_size = 0;
    ByteQueue body;
    std::uint64_t received = 0;
    std::uint64_t let_in = 0;  // of it, after the end of the response
    Ticks body_began = never;
    bool has_head = false;
    bool is_complete = false;    // nothing more comes
    bool is_unwanted = false;    // the rest of the body is thrown away
    bool owes_continue = false;  // the client waits to be told
    std::optional<std::chrono::steady_clock::time_point> client_deadline;

    // Who deals with it.
    bool is_begun = false;    // a handler has it, or will, or it has been refused
    bool is_at_work = false;  // a handler has it, or will
    bool is_queued = false;   // it waits for its thread

    // The response.
    ByteQueue output;
    Headers last_fields;        // trailers
    bool is_submitted = false;  // its head has been handed to nghttp2
    bool is_error = false;      // its status says that the request has failed
    bool is_deferred = false;   // nghttp2 asks for more when told that there is
    bool is_ended = false;      // all of it is here
    bool is_sent = false;       // all of it has left, up to the end
    bool is_closed = false;     // the stream has ended, well or not
};

}  // namespace turngate::net

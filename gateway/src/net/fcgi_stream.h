// One request of a FastCGI connection: variables and a body that arrive, a response that leaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "net/byte_queue.h"
#include "net/clock.h"
#include "net/incoming_body.h"
#include <turngate/fcgi/pairs.h>
#include <turngate/http/handler.h>
#include <turngate/http/request.h>

namespace turngate::net {

// Under the mutex of its session.
struct FcgiStream {
    FcgiStream(std::uint16_t number, bool keeps, std::unique_ptr<fcgi::PairReader> reader,
               std::stop_source source, Ticks time)
        : id(number),
          keeps_connection(keeps),
          params(std::move(reader)),
          gone(std::move(source)),
          touched(time) {}
    FcgiStream(const FcgiStream&) = delete;
    FcgiStream& operator=(const FcgiStream&) = delete;

    // All of the body that there will be is here, or was.
    bool is_complete() const noexcept { return is_input_over || received == length; }

    // The body may stand still for a while, but not drip for ever.
    bool drips(Ticks time) const noexcept {
        return body_began != never &&
               is_too_slow(std::chrono::milliseconds(time - body_began), received);
    }

    const std::uint16_t id;
    const bool keeps_connection;               // else it is the last of its connection
    std::unique_ptr<fcgi::PairReader> params;  // until has_params
    HandlerPtr handler;  // once it is asked: what it has attached to the request may be its code
    Request request;     // once has_params
    std::uint64_t length = 0;  // of the body, as declared
    std::uint64_t received = 0;
    ByteQueue body;
    std::string out;  // of the response: a record's content behind the place for its header
    std::stop_source gone;
    Ticks touched;  // something came, or was done last
    Ticks body_began = never;
    bool has_params = false;
    bool is_input_over = false;  // FCGI_STDIN has ended
    bool is_begun = false;       // a handler has it, or will, or it has been refused
    bool is_queued = false;      // it waits for its thread
    bool has_source = false;     // the handler reads the body as it comes
    bool is_abandoned = false;   // somebody is to tell by `gone`, or has
    bool has_output = false;     // some of the response has been sent
    bool is_torn = false;        // broke off behind `has_output`: FCGI_END_REQUEST would hide it
    bool is_ended = false;       // FCGI_END_REQUEST has been sent
};

// The memory of the header of the last request that this thread was done with, for the next.
Headers& spare_headers();

}  // namespace turngate::net

// The body of a request as it comes off a connection, by length or in chunks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <turngate/http1/chunked_decoder.h>
#include <turngate/http1/head.h>

namespace turngate::net {

// A body may stand still for a while, but not drip for ever: `pace` is bytes a second, or 0.
bool is_too_slow(std::chrono::milliseconds elapsed, std::uint64_t received,
                 std::uint64_t pace = 240) noexcept;

// Push-style, as the parsers of http1 are, and movable between two calls.
class IncomingBody {
  public:
    IncomingBody(const http1::Framing& framing, const http1::Limits& limits);

    // Takes bytes from the front of `bytes`, never one past the end of the body; `data` is the next
    // piece of the body.
    http1::Progress feed(std::string_view& bytes, std::string_view& data);

    bool is_done() const noexcept { return is_done_; }

    // The declared length; absent for chunks.
    std::optional<std::uint64_t> size() const noexcept;

    // What is sure to come still: of chunks nothing is known.
    std::uint64_t left() const noexcept { return left_; }

    // REQUIRES: feed() said `failed`, which it says of chunks alone.
    const http1::HeadError& error() const { return decoder_->error(); }

    // Without what a handler may not see, see clean_headers(). REQUIRES: is_done().
    Headers take_trailers(bool is_runtime);

  private:
    std::optional<http1::ChunkedDecoder> decoder_;
    std::uint64_t size_ = 0;
    std::uint64_t left_ = 0;
    bool is_done_ = false;
};

}  // namespace turngate::net

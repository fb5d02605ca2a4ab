// The body of a message, whichever way it is framed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <turngate/http1/chunked_decoder.h>

namespace turngate::http1 {

// Push-style like ChunkedDecoder, and for every framing that a head may announce.
class BodyDecoder {
  public:
    // Of `limits`: what a body in chunks may have, and its trailer section.
    explicit BodyDecoder(const Framing& framing, const Limits& limits = {});

    // Takes bytes from the front of `bytes`, never one past the end of the body, and makes `data`
    // the next piece of it, a view into what was taken; it may be empty.
    Progress feed(std::string_view& bytes, std::string_view& data);

    // The connection has ended: `done` if that ends the body, else `failed`.
    Progress end();

    // REQUIRES: feed() or end() said `failed`.
    const HeadError& error() const { return *error_; }

    // What came behind the last chunk; nothing of another framing. REQUIRES: `done`.
    Headers take_trailers() { return chunks_ ? chunks_->take_trailers() : Headers(); }

  private:
    Framing::Kind kind_;
    std::uint64_t left_;  // of a body that has a length
    std::optional<ChunkedDecoder> chunks_;
    bool done_;
    std::optional<HeadError> error_;
};

}  // namespace turngate::http1

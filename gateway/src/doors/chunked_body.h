// The data of a request body that comes in chunks.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>

#include <turngate/http/body.h>
#include <turngate/http1/chunked_decoder.h>

namespace turngate {

class ChunkedBody final : public BodySource {
  public:
    // `coded` yields the chunks, and whatever the client has sent behind them.
    ChunkedBody(std::unique_ptr<BodySource> coded, const http1::Limits& limits);

    // Throws HttpError if the chunks are malformed, too large together, or end too early.
    std::size_t read(std::span<char> into) override;

  private:
    std::unique_ptr<BodySource> coded_;
    http1::ChunkedDecoder decoder_;
    std::array<char, 16 * 1024> buffer_;
    std::string_view rest_;  // of the buffer, not decoded yet
    std::string_view data_;  // of the buffer, decoded and not read yet
    bool is_done_ = false;
};

}  // namespace turngate

// The strict, incremental decoder of the chunked coding (RFC 9112 section 7.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <turngate/http1/head_parser.h>

namespace turngate::http1 {

// Push-style like the parsers of heads. Chunk extensions are checked and dropped; they may not
// amount to much beside the data, for a peer can send them for ever (CVE-2023-39326).
class ChunkedDecoder {
  public:
    // Of `limits`: the whole body and the trailer section.
    explicit ChunkedDecoder(const Limits& limits = {}) : limits_(limits), trailers_(limits) {}

    // Takes bytes from the front of `bytes`, never one past the end of the body, and makes `data`
    // the next piece of it, a view into what was taken: at the end of `bytes`, at a chunk's end, or
    // with `done` and `failed` it may be empty.
    Progress feed(std::string_view& bytes, std::string_view& data);

    // 400, 413 or 431. REQUIRES: feed() said `failed`.
    const HeadError& error() const { return *error_; }

    // What came behind the last chunk. Nothing of it may be taken for a field of the head (section
    // 6.5.1 of RFC 9110). REQUIRES: feed() said `done`.
    Headers take_trailers() { return trailers_.take(); }

  private:
    enum class State { size, data, data_end, trailers, done };

    // Each takes what it needs; false if it needs more.
    bool read_size(std::string_view& bytes);
    bool read_data(std::string_view& bytes, std::string_view& data);
    bool read_data_end(std::string_view& bytes);
    bool read_trailers(std::string_view& bytes);
    std::optional<HeadError> begin_chunk(std::string_view line);

    Limits limits_;
    LineReader lines_;
    FieldParser trailers_;
    State state_ = State::size;
    std::uint64_t left_ = 0;    // of this chunk
    std::uint64_t size_ = 0;    // of all chunks
    std::size_t overhead_ = 0;  // bytes of extensions that the data does not outweigh
    std::optional<HeadError> error_;
};

}  // namespace turngate::http1

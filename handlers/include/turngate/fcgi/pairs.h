// Names and values, as FCGI_PARAMS and FCGI_GET_VALUES hold them (FastCGI 1.0 section 3.4).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/http/headers.h>

namespace turngate::fcgi {

using Pair = Headers::Field;

struct PairLimits {
    std::size_t bytes = 64 * 1024;  // of the whole stream
    std::size_t pairs = 256;
};

// Reads a stream of pairs that comes in pieces, which need not end where pairs do. Allocates no
// more than what has come, whatever the lengths in it claim.
class PairReader {
  public:
    explicit PairReader(const PairLimits& limits = {}) : limits_(limits) {}
    PairReader(const PairReader&) = delete;
    PairReader& operator=(const PairReader&) = delete;

    // Takes the next bytes of the stream. They are not copied and must stay where they are until
    // the next call of feed() or keep(). False if they are no pairs, or too many: see error().
    bool feed(std::string_view bytes);

    // Takes a copy of what was fed, which may go then.
    void keep();

    // The stream has ended; false if it did so within a pair.
    bool finish();

    // One sentence. REQUIRES: feed() or finish() said no.
    const std::string& error() const { return error_; }

    // True if the error is that there is too much, which HTTP has a status of its own for (431).
    bool is_too_large() const noexcept { return is_too_large_; }

    // The pairs so far, in order; names may be empty, and come more than once. Views into what
    // was fed, until it goes or the next call of a function that is not const.
    std::span<const Pair> pairs() const noexcept { return pairs_; }

    // One of them has a CR or LF, which no header field may have.
    bool has_line_break() const noexcept { return has_line_break_; }

    // Ready for another stream; keeps its memory.
    void restart(const PairLimits& limits) noexcept;

  private:
    bool read_pairs();
    void move(std::size_t room);
    bool fail(std::string message);
    bool fail_as_too_large(std::string message);

    PairLimits limits_;
    std::string_view stream_;  // all of it so far, where it is now
    std::string kept_;
    bool is_kept_ = false;
    std::size_t read_ = 0;  // of the stream, by whole pairs
    std::vector<Pair> pairs_;
    std::string error_;
    bool is_too_large_ = false;
    bool has_line_break_ = false;
};

// Appends one pair. REQUIRES: both are shorter than 2 GiB.
void append_pair(std::string& out, std::string_view name, std::string_view value);

// How many bytes append_pair() appends.
std::size_t pair_size(std::string_view name, std::string_view value) noexcept;

}  // namespace turngate::fcgi

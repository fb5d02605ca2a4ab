// Cuts a byte stream into lines that end in CRLF and have no other control but tabs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace turngate::http1 {

// Push-style: what does not end in the bytes at hand is kept for the next call, so it makes no
// difference where a stream is cut. Strict, for every lenience about line ends has let somebody
// smuggle a request (RFC 9112 section 2.2).
class LineReader {
  public:
    enum class Result { more, line, bare_cr, bare_lf, control, too_long };

    // Takes bytes from the front of `bytes`, to the end of the next line and no further. `too_long`
    // if the line has more than `limit` bytes without its end. After any result but `more` and
    // `line` this reader is of no use any more.
    Result next(std::string_view& bytes, std::size_t limit);

    // The line without its end. Valid until the next call, and no longer than the bytes given to
    // the last one.
    std::string_view line() const noexcept { return line_; }

  private:
    std::string partial_;  // the beginning of a line, from earlier calls
    std::string_view line_;
    bool has_cr_ = false;      // the beginning ended in a CR
    bool is_partial_ = false;  // `partial_` is of the line to come, not of the last
};

}  // namespace turngate::http1

// A program's standard error, line by line to the platform of the request it runs for, or into its
// log.
#pragma once

#include <cstddef>
#include <string_view>

#include "line_log.h"
#include <turngate/http/context.h>

namespace turngate {

class StderrLog {
  public:
    // Bytes, or another limit, of what is logged for want of a platform that takes it (see
    // ErrorLines); the rest is left out, and this is logged.
    static constexpr std::size_t max_total = 65536;

    // Bytes of a line that a platform gets as one: a record of JSON names its level at whatever
    // place. A log gets it in pieces that it has room for.
    static constexpr std::size_t max_line = 64 * 1024;

    // `context` must outlive this.
    explicit StderrLog(const Context& context, std::size_t limit = max_total)
        : context_(context),
          limit_(limit),
          lines_([this](std::string_view line) { tell(line); }, max_line),
          pieces_([this](std::string_view piece) { log(piece); }) {}
    StderrLog(const StderrLog&) = delete;
    StderrLog& operator=(const StderrLog&) = delete;

    void feed(std::string_view bytes) { lines_.feed(bytes); }
    void finish() { lines_.finish(); }  // tells a last line without an end

  private:
    void tell(std::string_view line);
    void log(std::string_view piece);

    const Context& context_;
    const std::size_t limit_;
    LineLog lines_;
    LineLog pieces_;  // of a line
    std::size_t total_ = 0;
};

}  // namespace turngate

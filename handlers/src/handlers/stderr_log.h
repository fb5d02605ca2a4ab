// A program's standard error, line by line into the log of the request it runs for.
#pragma once

#include <cstddef>
#include <string_view>

#include "line_log.h"
#include <turngate/http/context.h>

namespace turngate {

class StderrLog {
  public:
    static constexpr std::size_t max_total =
        65536;  // or another limit; the rest is left out, and this is logged

    // `context` must outlive this.
    explicit StderrLog(const Context& context, std::size_t limit = max_total)
        : context_(context),
          limit_(limit),
          lines_([this](std::string_view line) { context_.log(Level::warn, line); }) {}
    StderrLog(const StderrLog&) = delete;
    StderrLog& operator=(const StderrLog&) = delete;

    void feed(std::string_view bytes);
    void finish() { lines_.finish(); }  // logs a last line without an end

  private:
    const Context& context_;
    const std::size_t limit_;
    LineLog lines_;
    std::size_t total_ = 0;
};

}  // namespace turngate

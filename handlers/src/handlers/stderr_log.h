// A program's standard error, line by line into the log of the request it runs for.
#pragma once

#include <string>
#include <string_view>

#include <turngate/http/context.h>

namespace turngate {

class StderrLog {
  public:
    static constexpr std::size_t max_line = 4096;  // a longer one is logged in pieces
    static constexpr std::size_t max_total =
        65536;  // or another limit; the rest is left out, and this is logged

    // `context` must outlive this.
    explicit StderrLog(const Context& context, std::size_t limit = max_total)
        : context_(context), limit_(limit) {}

    void feed(std::string_view bytes);
    void finish();  // logs a last line without an end

  private:
    void log_line();

    const Context& context_;
    const std::size_t limit_;
    std::string line_;
    std::size_t total_ = 0;
};

}  // namespace turngate

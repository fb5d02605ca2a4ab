// What a handler says while it works, for a command that shows one reply.
#pragma once

#include <string>
#include <string_view>

#include "cli/invocation.h"
#include <turngate/http/context.h>

namespace turngate::cli {

// On standard error: warnings and errors, with -v more. Not for several threads at once.
class HandlerLog final : public Reporter {
  public:
    explicit HandlerLog(Invocation& invocation);

    void began(const Context&) override {}
    void logged(const Context&, Level level, std::string_view message) override;
    void printed(const Context&, Stream, std::string_view text) override;
    void fetched(const Context&, const FetchMetric&) override {}
    void ended(const Context&, const Outcome&) override {}

    // The last error, which waits because it may be what the handler threw: that is told once.
    void say_last();
    void forget_last(std::string_view message);

  private:
    Output& err_;
    Level least_;
    std::string last_;
    std::string last_line_;
};

}  // namespace turngate::cli

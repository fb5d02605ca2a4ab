// The standard error of programs that run for requests.
#pragma once

#include <string_view>

#include <turngate/http/context.h>

namespace turngate {

// What a Reporter may be, too: one whose platform has levels and streams, and bounds by itself what
// it takes. Others get such lines by logged(), as warnings, and not without end.
class ErrorLines {
  public:
    // A line, without its end, that a program wrote to its standard error for the request. False if
    // it is not told: it is one for logged() then. As the calls of Reporter otherwise.
    virtual bool complained(const Context& context, std::string_view line) = 0;

    // Whether `reporter`, which may be null, has told the line.
    static bool told(Reporter* reporter, const Context& context, std::string_view line) noexcept;

  protected:
    ~ErrorLines() = default;
};

}  // namespace turngate

// A trace that goes on from the request of a door to the request that it carries.
#pragma once

#include <optional>
#include <string>

#include "observe/otlp.h"
#include "observe/trace_context.h"
#include <turngate/http/request.h>

namespace turngate {

// What a door's request has of it, for who outlives that. A value.
class PassedOnTrace {
  public:
    // After the door's observer has seen `outer`.
    explicit PassedOnTrace(const Request& outer);

    // Attaches it to `inner`, for its log and its outgoing calls, and adds traceparent and
    // tracestate. A request that tells of a trace itself belongs to that one.
    void apply(Request& inner) const;

  private:
    std::optional<TraceContext> trace_;
    std::optional<ActiveSpan> span_;
    std::string parent_, state_;
};

}  // namespace turngate

// The rules of the service for one request and its reply.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "host/function_invocation.h"
#include "strict/rule.h"
#include <turngate/events/format.h>
#include <turngate/http/response.h>

namespace turngate::host {

class LambdaRules {
  public:
    // Takes the measures of `event`, which the source of `format` would send.
    LambdaRules(std::string_view event, events::Format format);

    // Those that are broken, by `reply` as well, which is what the source makes of `result`, and
    // by the time until it came. Of a REST API every type is taken for a binary one, if need be.
    std::vector<strict::Violation> broken(const Response& reply, const InvocationResult& result,
                                          std::chrono::nanoseconds latency) &&;

  private:
    strict::Platform platform_;
    strict::RequestFacts facts_;
};

}  // namespace turngate::host

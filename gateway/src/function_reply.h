// What a function answered an event with, as it stood, or that it did not.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <turngate/events/format.h>
#include <turngate/http/error.h>

namespace turngate {

struct FunctionReply {
    std::optional<std::string> text = {};  // JSON, or what was meant to be it
    events::Format format = events::Format::raw;
    // Of a reply that AWS Lambda does not take, of which there is no text: its bytes; else 0.
    std::uint64_t refused = 0;
};

// Who wants to see it puts this into the request's context; a target that calls a function fills it
// in before it reads the reply.
struct FunctionReplySink {
    std::shared_ptr<FunctionReply> into;
};

// Who puts this into the request's context wants to know that a function has failed: a target that
// plays what stands before it throws that, as other handlers do, in place of the service's page.
struct FunctionFailureWanted {};

// The function could not be started, or died in its initialisation: no event has come to it.
class UnstartedFunction : public Error {
  public:
    using Error::Error;
};

}  // namespace turngate

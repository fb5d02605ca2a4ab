// Calls of a function, each told to the developer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "host/ledger.h"
#include "host/openedge_function.h"
#include <turngate/http/handler.h>

namespace turngate::host {

// Thread-safe. Both must outlive it.
class OpenEdgeCalls {
  public:
    OpenEdgeCalls(OpenEdgeFunction& function, std::string name, Ledger::Tell tell)
        : function_(function), name_(std::move(name)), tell_(std::move(tell)) {}

    // The payload of the answer to `payload`. Throws openedge::GrpcError.
    std::string call(const std::string& topic, std::uint32_t qos, std::string payload);

    std::uint64_t count() const noexcept { return count_; }

  private:
    OpenEdgeFunction& function_;
    const std::string name_;
    const Ledger::Tell tell_;
    std::atomic<std::uint64_t> count_{0};
};

// What OpenEdge publishes in place of an answer.
std::string error_payload(const openedge::GrpcError& error, const std::string& topic,
                          std::uint32_t qos, std::string_view payload);

// POST /TOPIC calls the function with the body as payload: 200 with the answer's, 204 if that is
// empty, 502 with the error's. `calls` must outlive the handler.
HandlerPtr openedge_front(OpenEdgeCalls& calls);

}  // namespace turngate::host

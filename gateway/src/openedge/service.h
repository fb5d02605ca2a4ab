// The service that function managers call: a message in, the handler, a message out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "openedge/call_failure.h"
#include "openedge/message.h"
#include <turngate/http/handler.h>
#include <turngate/os/timer.h>

namespace turngate::openedge {

// As OpenEdgeOptions has them.
struct Limits {
    std::uint32_t max_message;
    std::size_t max_reply;
    bool errors_as_payloads;
};

// Takes the requests of HTTP/2 that are calls of gRPC; others are answered as HTTP has it.
class Service final : public Handler {
  public:
    Service(HandlerPtr function, const Limits& limits);

    void serve(Request& request, ResponseWriter& response) const override;
    bool may_migrate() const noexcept override { return function_->may_migrate(); }

  private:
    std::string answer(Request& call) const;
    FunctionMessage received(Request& call, Generation generation) const;
    std::string payload_of(const std::optional<CallFailure>& failure, Response& response) const;

    const HandlerPtr function_;
    const Limits limits_;
    mutable Timer timer_;
};

}  // namespace turngate::openedge

// The service that function managers call: a message in, the handler, a message out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "openedge/call_failure.h"
#include "openedge/call_time.h"
#include "openedge/fenced_door.h"
#include "openedge/function_call.h"
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

// Takes the requests of HTTP/2 that are calls of gRPC; others are answered as HTTP has it. The
// function runs on a thread that nobody has to wait for.
class Service final : public Handler {
  public:
    Service(HandlerPtr function, const Limits& limits, std::shared_ptr<CallThreads> threads);

    void serve(Request& request, ResponseWriter& response) const override;

  private:
    std::string answer(Request& call) const;
    FunctionMessage received(Request& call, Generation generation, const CallTime& time) const;
    void run(const std::shared_ptr<FunctionCall>& function, Context& call,
             const CallTime& time) const;
    std::string payload_of(FunctionCall& function, const FunctionMessage& message,
                           Generation generation) const;
    std::string too_large_reply(std::optional<std::uint64_t> size, const FunctionMessage& message,
                                Generation generation) const;
    std::string error_payload(std::string_view type, std::string message) const;
    std::size_t most_recorded() const noexcept;

    const HandlerPtr function_;
    const Limits limits_;
    const std::shared_ptr<CallThreads> threads_;
    mutable Timer timer_;
};

}  // namespace turngate::openedge

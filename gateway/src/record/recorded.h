// Middleware that records calls.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "record/call.h"
#include <turngate/http/handler.h>

namespace turngate::recording {

// The most of a body that is kept, either way.
inline constexpr std::size_t default_body_limit = 10u << 20;

struct RecordedOptions {
    std::size_t body_limit = default_body_limit;
    // If set, each request whose body is within the limit is read whole, then given to this, and
    // what becomes of it goes to the handler. The call is of the request as it came.
    std::function<void(Request& request, const Call& call)> prepare = {};
};

// `inner`, whose calls are told to `sink`. The client sees what it would see without: streams stay
// streams, errors are those of serve(). A call is told behind its response, as a deferred task of
// its request, with the reason in Call::problem if it cannot be kept: a body over the limit, a
// response that broke off, a handler that failed, another protocol.
//
// What the handler leaves unread of a small request body is read behind it.
HandlerPtr recorded(HandlerPtr inner, std::shared_ptr<CallSink> sink, RecordedOptions options = {});

}  // namespace turngate::recording

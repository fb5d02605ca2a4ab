// A front door: a way for requests to come in.
#pragma once

#include <turngate/http/handler.h>

namespace turngate {

class Door {
  public:
    virtual ~Door() = default;

    // Serves until stop() is called or there is nothing left to serve.
    virtual void serve(HandlerPtr handler) = 0;

    // From any thread or a signal thread: take no new requests, finish those begun.
    virtual void stop() noexcept = 0;
};

}  // namespace turngate

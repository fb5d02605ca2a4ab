// A front door: a way for requests to come in.
#pragma once

#include <turngate/http/handler.h>

namespace turngate {

class Door {
  public:
    virtual ~Door() = default;

    // Serves until stop() is called or there is nothing left to serve. Returns an exit status: 0
    // if every request begun got its answer. Throws std::system_error when it cannot go on.
    virtual int serve(HandlerPtr handler) = 0;

    // From any thread: take no new requests, finish those begun.
    virtual void stop() noexcept = 0;
};

}  // namespace turngate

// A front door: a way for requests to come in.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <turngate/http/handler.h>
#include <turngate/http/serve.h>

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

// One that waits for connections.
class ListeningDoor : public Door {
  public:
    // Where it listens, as os::Address::parse() takes it, with the ports the kernel chose.
    virtual std::vector<std::string> addresses() const = 0;

    // From any thread: requests that begin from now on get this handler; those begun keep theirs.
    virtual void replace(HandlerPtr handler) = 0;

    // As stop(), but those begun have all the time that they need, unless stop() is called, too.
    // Blocks until nobody can connect any more. REQUIRES: somebody calls serve().
    virtual void finish() noexcept = 0;
};

// What the platform in front of a door has to say about a request.
class PlatformReader {
  public:
    virtual ~PlatformReader() = default;

    // Before anything else sees the request, and while it has the fields that only a platform may
    // send, which the door drops next: attaches to the context, may give it its request id, and may
    // change headers. Calls come from any thread, several at once, and must not block.
    virtual void read(Request&) noexcept = 0;
};

// Watches a door that listens: metrics, the access log and traces hang here. Calls come from any
// thread, several at once, and must neither block nor throw.
class DoorObserver {
  public:
    virtual ~DoorObserver() = default;

    virtual void connected() noexcept {}
    virtual void disconnected() noexcept {}

    // A request that never reached the handler: malformed, too slow, or turned away with 503.
    virtual void refused(int /*status*/) noexcept {}

    // Before the handler; may change headers and attach to the context.
    virtual void began(Request&) noexcept {}

    // When the response has been delivered or broken off, before deferred tasks. `elapsed` counts
    // from the end of the request's head.
    virtual void ended(const Request&, const Outcome&,
                       std::chrono::steady_clock::duration /*elapsed*/) noexcept {}
};

}  // namespace turngate

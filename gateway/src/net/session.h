// What happens on one connection: a protocol that is called when there is something to do.
#pragma once

#include <memory>

#include "net/clock.h"
#include "net/task.h"

namespace turngate::net {

class Session;

// What a session wants next.
struct Step {
    enum class Kind { wait, close };

    Kind kind = Kind::wait;
    Ticks deadline = never;  // of `wait`: expired() is called when nothing has come until then
    std::shared_ptr<Session> successor = {};  // of `wait`: takes this session's place from now on
    Task afterwards = {};                     // to run when others may be called for the connection
    bool is_urgent = false;  // of afterwards: where no thread is free, it is run all the same
};

// How a session is called.
struct Occasion {
    bool peer_ended = false;  // the client has shut down its side: read to the end
    // No thread is free: answer what must be answered always, and turn the rest away.
    bool is_express = false;
};

// Of the calls that return a Step one is made at a time.
class Session {
  public:
    virtual ~Session() = default;

    // The connection can be read, or written when output was left over. Nobody calls again for
    // what was there before: take all of it.
    virtual Step ready(const Occasion& occasion) = 0;

    // The deadline of the last step has passed, or the time that the door had to stop. The thread
    // that calls this must not be held up: what has come meanwhile is for ready().
    virtual Step expired() = 0;

    // The door has begun to stop: end as soon as what has begun is finished. May be called again.
    virtual Step stopping() = 0;

    // From any thread, also during the calls above: nobody waits for what is being done.
    virtual void cancel() noexcept = 0;

    // From any thread, during a call above: the client has shut down its side, or has left; only
    // what is sent now would tell. Told again now and then as long as that call lasts.
    virtual void peer_ended() noexcept = 0;

    // Likewise: nothing more can come, for the connection is broken or both sides are shut down.
    virtual void peer_gone() noexcept { cancel(); }
};

}  // namespace turngate::net

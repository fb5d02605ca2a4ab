// The OpenEdge door, and what becomes of handlers that do not end in their time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "fenced_threads.h"
#include <turngate/doors/openedge.h>

namespace turngate::openedge {

// The threads of all calls of a door.
struct CallThreads {
    FencedThreads fenced = {};

    // How many handlers may go on after their time before `exhausted` is called. With the threads
    // of the engine, theirs and a few more these are fewer than the 20 that an instance may have.
    std::size_t most_left_behind = 3;
    std::function<void()> exhausted = {};  // from any thread, once or more often
};

// openedge_door(). What handlers use that go on after their time must outlive these: see
// CallThreads::fenced.left_behind().
std::unique_ptr<ListeningDoor> fenced_door(OpenEdgeOptions options,
                                           std::shared_ptr<CallThreads> threads);

}  // namespace turngate::openedge

// The OpenEdge door, and what becomes of handlers that do not end in their time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "fenced_threads.h"
#include <turngate/doors/openedge.h>

namespace turngate::openedge {

// So many handlers may go on after their time. With the threads of the engine, as many of calls and
// a few more these are no more than the 16 that an instance may have.
inline constexpr std::size_t most_late_calls = 2;

// The threads of all calls of a door, which must not outlive what is here.
struct CallThreads {
    // For a door with `options`. `exhausted` as FenceLimits has it.
    explicit CallThreads(const HttpOptions& options, std::function<void()> exhausted = {})
        : fenced({.most = options.max_threads + most_late_calls,
                  .most_late = most_late_calls,
                  .exhausted = std::move(exhausted)}) {}

    FencedThreads fenced;
    // What the engine is given as its handler for the calls; empty: as it is.
    std::function<HandlerPtr(HandlerPtr calls)> around = {};
    // Of the engine, for those who do not read their answers, which may have 4 MiB each: with more
    // of them they hold up others, for an instance has threads and memory for a few calls.
    std::size_t max_aside = 2;
};

// openedge_door(). What handlers use that go on after their time must outlive these: see
// CallThreads::fenced.left_behind().
std::unique_ptr<ListeningDoor> fenced_door(OpenEdgeOptions options,
                                           std::shared_ptr<CallThreads> threads);

}  // namespace turngate::openedge

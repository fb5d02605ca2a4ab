// What a pool knows about one of its children.
#pragma once

#include "process_pool.h"

namespace turngate {

enum class PoolPhase {
    due,       // to be started
    starting,  // until it takes a connection
    ready,
    unsure,   // ready before, and asked whether it still is
    leaving,  // gets no more requests, and ends when it has none
    gone,
};

// Takes part in the pool from its first start until it is not needed any more. A child that has
// died is started again as the same one, with its socket.
struct ProcessPool::Child {
    // Of the pool's thread alone.
    std::unique_ptr<PoolSocket> socket;
    std::unique_ptr<PoolProgram> program;
    Clock::time_point limit;      // of starting and unsure
    Clock::time_point leaves_at;  // by its age
    Clock::time_point kill_at;    // once it is stopping
    bool is_doubted = false;      // `limit` is that of unsure
    bool is_stopping = false;     // stop_signal was sent
    bool has_ended = false;
    bool is_over = false;  // and so has its group, if it was asked to
    bool takes_connections = false;

    // Under the pool's mutex.
    PoolPhase phase = PoolPhase::due;
    HandlerPtr client;
    std::size_t run = 0;        // counts its starts
    std::size_t in_flight = 0;  // requests
    std::size_t requests_left = 0;
    Clock::time_point idle_since;
    bool was_given_any = false;  // requests, in this run
    bool has_answered = false;   // in this run
    bool is_stuck = false;
};

}  // namespace turngate

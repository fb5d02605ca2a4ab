// The boundary between a front door and a handler: what catches what handlers throw.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <utility>

#include <turngate/http/handler.h>
#include <turngate/http/recorder.h>

namespace turngate {

// How a request ended.
struct Outcome {
    int status = 0;
    std::uint64_t bytes = 0;
    std::exception_ptr error;  // what the handler threw, if it threw
    bool complete = false;     // the client got a whole response, be it an error page
};

// The request this thread is serving, or null. Log capture attributes std::cout to it.
inline thread_local const Context* current_context = nullptr;

// `work` for a thread that a handler starts: what it prints there is its request's, too. It must
// have returned when the handler returns, as all that has its context. Returns and throws what
// `work` does.
template <std::invocable F>
auto attributed(const Context& context, F work) {
    return [&context, work = std::move(work)]() mutable -> decltype(auto) {
        struct Restored {  // also by an exception, for a thread of a pool lives on
            const Context* const outer;
            ~Restored() { current_context = outer; }
        };
        const Restored restored{std::exchange(current_context, &context)};
        return std::invoke(work);
    };
}

// Runs `handler` and always leaves `response` finished or aborted:
//
//   thrown                 before the head is sent           after   logged
//   HttpError 4xx          that status and the message       abort   info
//   HttpError, others      that status, "internal error"     abort   error
//   ProtocolError          502, "internal error"             abort   error
//   Cancelled              abort                             abort   debug
//   anything else          500, "internal error"             abort   error
//
// Reports the beginning. The door then delivers the response, lets the connection go on, and calls
// settle().
Outcome serve(const Handler& handler, Request& request, ResponseWriter& response) noexcept;

// How long the tasks of wait_until() may go on after the response, or until the request's deadline
// if that is sooner.
inline constexpr std::chrono::milliseconds settle_limit{30'000};

// The end of a request, after its response is on its way: runs the tasks of wait_until() and those
// they add, then reports the end. While they run, `context` has a stop token and a deadline of
// their own: that the client has left is nothing to them, that the process stops is.
//
// Past the limit the context is cancelled, this is logged (unless the deadline had passed before
// the first task), and the end is reported even though a task still runs, from another thread,
// because a task cannot be interrupted. The tasks behind it run and find the context cancelled;
// what they add is dropped and logged. Blocks until all have returned.
void settle(Context& context, const Outcome& outcome,
            std::chrono::milliseconds limit = settle_limit) noexcept;

// Serves `request` into memory: the shortest way to test a handler. Nothing has reached a client,
// so a response that broke off becomes a 500. Event platforms do the same in three steps, serve()
// into a Recorder, deliver, settle(), so that deferred work never delays an answer.
Response record(const Handler& handler, Request request);

template <HandlerLike F>
requires(!std::derived_from<F, Handler>) Response record(const F& function, Request request) {
    return record(*to_handler(function), std::move(request));
}

}  // namespace turngate

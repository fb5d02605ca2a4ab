// The boundary between a front door and a handler: the only place that catches.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
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

namespace detail {

inline void send_error(ResponseWriter& response, int status, std::string_view message) {
    response.reset();
    response.status(status);
    response.write(status < 500 ? message : std::string_view("internal error"));
    response.write("\n");
}

}  // namespace detail

// Runs `handler` and always leaves `response` finished or aborted:
//   HttpError -> its status, ProtocolError -> 502, anything else -> 500, as long as the head has
//   not been sent; otherwise, and for Cancelled, the response is aborted.
// Reports the beginning. The door then delivers the response, lets the connection go on, and calls
// settle().
inline Outcome serve(const Handler& handler, Request& request, ResponseWriter& response) noexcept {
    Context& context = request.context;
    const Context* outer = std::exchange(current_context, &context);
    if (context.reporter) context.reporter->began(context);

    Outcome outcome;
    auto fail = [&](int status, std::string_view message) {
        outcome.error = std::current_exception();
        try {
            if (response.committed()) return response.abort();
            detail::send_error(response, status, message);
            response.finish();
            outcome.complete = true;
        } catch (...) {
            response.abort();
        }
    };
    try {
        handler.serve(request, response);
        response.finish();
        outcome.complete = true;
    } catch (const Cancelled&) {
        outcome.error = std::current_exception();
        response.abort();
    } catch (const HttpError& e) {
        fail(e.status(), e.what());
    } catch (const ProtocolError&) {
        fail(502, {});
    } catch (...) {
        fail(500, {});
    }
    outcome.status = response.status();
    outcome.bytes = response.bytes();

    current_context = outer;
    return outcome;
}

// The end of a request, after its response is on its way: runs the tasks of wait_until() and those
// they add, then reports the end.
inline void settle(Context& context, const Outcome& outcome) noexcept {
    const Context* outer = std::exchange(current_context, &context);
    for (auto tasks = context.take_deferred(); !tasks.empty(); tasks = context.take_deferred()) {
        for (auto& task : tasks) {
            try {
                task();
            } catch (const std::exception& e) {
                context.log(Level::error, e.what());
            } catch (...) {
                context.log(Level::error,
                            "a wait_until() task threw something that is no exception");
            }
        }
    }
    if (context.reporter) context.reporter->ended(context, outcome);
    current_context = outer;
}

// Serves `request` into memory: the shortest way to test a handler. Nothing has reached a client,
// so a response that broke off becomes a 500. Event platforms do the same in three steps, serve()
// into a Recorder, deliver, settle(), so that deferred work never delays an answer.
inline Response record(const Handler& handler, Request request) {
    Recorder recorder(request.method);
    Outcome outcome = serve(handler, request, recorder);
    settle(request.context, outcome);
    return outcome.complete ? recorder.response() : text("internal error\n", 500);
}

template <HandlerLike F>
requires(!std::derived_from<F, Handler>) Response record(const F& function, Request request) {
    return record(*to_handler(function), std::move(request));
}

}  // namespace turngate

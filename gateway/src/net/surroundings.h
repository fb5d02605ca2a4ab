// What all connections of one door have in common.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "net/connection.h"
#include "net/scheduler.h"
#include "net/session.h"
#include "net/stack_pool.h"
#include <turngate/doors/http.h>
#include <turngate/http/serve.h>
#include <turngate/http1/head.h>

namespace turngate::net {

struct Surroundings {
    const HttpOptions& options;
    http1::Limits limits;
    Scheduler& scheduler;
    StackPool& stacks;
    Parking& parking;
    std::atomic<std::shared_ptr<const Handler>> handler{};
    std::atomic<bool> may_migrate{false};  // a handler that there is or was
    std::atomic<bool> is_stopping{false};
    std::stop_source shutdown{};  // the time to drain is over

    // Output that may be left to the epoll, of all connections together, in bytes.
    std::atomic<std::int64_t> room_for_output{32 << 20};

    // The session of a connection that has begun with HTTP/2's preface, which is in `early`.
    std::shared_ptr<Session> (*begin_http2)(Surroundings&, std::unique_ptr<Connection>,
                                            std::string early) = nullptr;

    // For a session that has nothing more to do when no event tells it so; may be null.
    Slots* slots = nullptr;

    // The handler for this path, which may be the one for operations.
    HandlerPtr handler_for(std::string_view path) const {
        if (is_operation(path)) return options.operations;
        return handler.load();
    }
    bool is_operation(std::string_view path) const {
        return options.operations && path.starts_with("/_turngate/");
    }
};

// Has the handler answer through `sink`, from which the body may read, and tells the observer. What
// is deferred until after the response is left to the caller, and so is what stops it.
Outcome answer(Surroundings& door, const Handler& handler, Request& request, ResponseSink& sink,
               std::stop_token stop);

// The Date of now (RFC 9110 section 6.6.1). Valid until this thread calls again.
std::string_view date_now();

}  // namespace turngate::net

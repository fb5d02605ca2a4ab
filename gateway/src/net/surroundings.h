// What all connections of one door have in common.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "net/connection.h"
#include "net/dialect.h"
#include "net/scheduler.h"
#include "net/session.h"
#include "net/stack_pool.h"
#include <turngate/doors/http.h>
#include <turngate/http/serve.h>
#include <turngate/http1/head.h>

namespace turngate::net {

// The handler that there is now. Thread-safe, and not by the library's atomic pointer, whose lock
// spins: when the system interrupts who holds it, hundreds of threads would use up all cores.
class CurrentHandler {
  public:
    CurrentHandler& operator=(HandlerPtr next) {
        const std::lock_guard lock(mutex_);
        handler_.swap(next);
        return *this;
    }
    HandlerPtr load() const {
        const std::lock_guard lock(mutex_);
        return handler_;
    }

  private:
    mutable std::mutex mutex_;
    HandlerPtr handler_;
};

struct Surroundings {
    const HttpOptions& options;
    http1::Limits limits;
    Scheduler& scheduler;
    StackPool& stacks;
    Parking& parking;
    CurrentHandler handler{};
    std::atomic<bool> may_migrate{false};  // a handler that there is or was
    std::atomic<bool> is_stopping{false};
    std::stop_source shutdown{};  // the time to drain is over

    // Output that may be left to the epoll, of all connections together, in bytes.
    std::atomic<std::int64_t> room_for_output{32 << 20};

    // The session of a connection that has begun with HTTP/2's preface, which is in `early`.
    std::shared_ptr<Session> (*begin_http2)(Surroundings&, std::unique_ptr<Connection>,
                                            std::string early) = nullptr;

    // Requests that find no free thread wait for one: as many as a connection has streams.
    bool queues = false;

    Dialect dialect = {};

    // For a session that has nothing more to do when no event tells it so; may be null.
    Slots* slots = nullptr;

    // The handler for this path, which may be the one for operations or for health.
    HandlerPtr handler_for(std::string_view path) const;

    // Answered even when no thread is free.
    bool is_operation(std::string_view path) const {
        return (options.operations && path.starts_with("/_turngate/")) || is_health(path);
    }
    bool is_health(std::string_view path) const {
        return !options.health_path.empty() && path == options.health_path;
    }
};

// Has the handler answer through `sink`, from which the body may read, and tells the observer, but
// not of health. What is deferred until after the response is left to the caller, and so is what
// stops it.
Outcome answer(Surroundings& door, const Handler& handler, Request& request, ResponseSink& sink,
               std::stop_token stop);

// The Date of now (RFC 9110 section 6.6.1). Valid until this thread calls again.
std::string_view date_now();

}  // namespace turngate::net

// The runtime that Impuls talks to: POST /invoke, GET /health.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "fenced_threads.h"
#include "impuls/invocation_logs.h"
#include <turngate/http/handler.h>
#include <turngate/os/timer.h>

namespace turngate::impuls {

struct RuntimeOptions {
    // Absent: lists if somebody has asked for /health before the first invocation, as all versions
    // of the platform do that read them, else text.
    std::optional<LogsForm> logs = {};

    // Of the contexts that handlers get. Not owned; may be null.
    Reporter* reporter = nullptr;
    // Has the reporter told of what a context has printed, before the reply is made.
    std::function<void(const Context&)> flush = {};
    // The same of a context whose handler is left behind: it prints for nobody from then on.
    std::function<void(const Context&)> abandon = {};

    std::uint64_t max_body = 10u << 20;  // bytes; more is refused, in the platform's form
    // How many invocations may be read or served, with the handlers that nobody waits for any more;
    // more are refused with 503 before they are read, in the platform's form. The door is to have a
    // few threads more. When `most_late` go on after their time, or all after nobody waits,
    // `exhausted` is called.
    FenceLimits limits = {.most = 256, .most_late = 16};
};

// What lasts for as long as the process serves, whatever handler there is. It must outlive the
// handlers made with it. Thread-safe.
class Runtime {
  public:
    explicit Runtime(RuntimeOptions options)
        : options_(std::move(options)), threads_(options_.limits) {}

    // Answers the platform's requests by `function`, or by the one of several that "handler" names.
    // Other requests are 404, with {"error": "Not found"}. "/invoke" answers with status 200, and
    // with another one only if the invocation has failed; in any case with a reply in JSON.
    //
    // A handler whose time is over is asked to stop; if it does not, the platform is answered, and
    // it goes on with a thread of its own.
    HandlerPtr serving(HandlerPtr function);

    void invoke(const HandlerPtr& function, Request& request, ResponseWriter& response);
    void tell_health(ResponseWriter& response);

    // Handlers that go on though nobody waits for them, and when the time of others is over.
    const StuckThreads& stuck() const noexcept { return threads_.stuck(); }
    // Absent before the first invocation, unless RuntimeOptions say it.
    std::optional<LogsForm> settled_form() const noexcept;

  private:
    LogsForm logs_form() noexcept;

    const RuntimeOptions options_;
    std::atomic<bool> was_asked_for_health_ = false;
    std::atomic<int> form_ = -1;          // of the logs, once it is settled
    std::atomic<std::size_t> calls_ = 0;  // that are read or served
    FencedThreads threads_;
    Timer timer_;
};

}  // namespace turngate::impuls

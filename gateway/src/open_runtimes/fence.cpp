#include "open_runtimes/fence.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <new>
#include <stop_token>
#include <utility>

#include "stop_apart.h"
#include <turngate/http/error.h>
#include <turngate/http/narrowed_context.h>
#include <turngate/http/recorder.h>

namespace turngate {
namespace {

using Kind = CallResult::Kind;

CallResult failure(const Context& context, Level level, int status, const char* what) {
    context.log(level, what);
    return {.kind = Kind::failed, .status = status, .message = what};
}

// As serve() has it, without an answer yet.
CallResult result_of(const Handler& handler, Request& request) {
    const Context& context = request.context;
    try {
        Recorder recorder(request.method);
        handler.serve(request, recorder);
        return {.response = recorder.take()};
    } catch (const Cancelled&) {
        throw;
    } catch (const HttpError& e) {
        const bool is_client_error = e.status() >= 400 && e.status() < 500;
        const bool is_error = e.status() >= 400 && e.status() < 600;
        return failure(context, is_client_error ? Level::info : Level::error,
                       is_error ? e.status() : 500, e.what());
    } catch (const ProtocolError& e) {
        return failure(context, Level::error, 502, e.what());
    } catch (const std::exception& e) {
        return failure(context, Level::error, 500, e.what());
    } catch (...) {
        return failure(context, Level::error, 500,
                       "the handler threw something that is no std::exception");
    }
}

// Leaves the count when its thread is free again.
class Stuck {
  public:
    Stuck(StuckThreads& threads, Timer& timer) : threads_(threads), timer_(timer) {}
    Stuck(const Stuck&) = delete;
    Stuck& operator=(const Stuck&) = delete;
    ~Stuck() {
        notice_.reset();
        if (is_counted_) threads_.remove();
    }
    // Counts at `time` unless its thread is free by then.
    void count_at(Context::Clock::time_point time) try {
        notice_.reset(new Notice(*this, time));
    } catch (const std::bad_alloc&) {
        count();
    }

  private:
    struct Notice {
        Notice(Stuck& stuck, Context::Clock::time_point time)
            : when_over(over.get_token(), Count{stuck}),
              alarm(stuck.timer_.request_stop_at(time, over)) {}

        struct Count {
            Stuck& stuck;
            void operator()() const { stuck.count(); }
        };
        std::stop_source over;
        const std::stop_callback<Count> when_over;
        const Timer::Alarm alarm;
    };

    void count() {
        is_counted_ = true;
        threads_.add();
    }

    StuckThreads& threads_;
    Timer& timer_;
    std::atomic<bool> is_counted_ = false;
    std::unique_ptr<const Notice> notice_;  // for who is late alone
};

}  // namespace

void Fence::run(const Handler& handler, Request& request,
                std::optional<std::chrono::milliseconds> time, const Deliver& deliver) const {
    Context& context = request.context;
    if (!time && !context.deadline) return deliver(result_of(handler, request));
    auto until = context.deadline.value_or(Context::Clock::time_point::max());
    if (time) until = std::min(until, Context::Clock::now() + *time);
    const StuckThreads::Expected expected(stuck_, until);
    std::atomic<bool> is_delivered = false;
    Stuck stuck(stuck_, timer_);
    // Two of them: who was cancelled before, for its client has gone, may be late as well.
    std::stop_source late, stop;
    const NarrowedContext narrowed(context, until, stop.get_token());
    std::stop_callback passed_on(narrowed.outer_stop(), [&] { stop.request_stop(); });
    // The answer first: who is cancelled might end the request otherwise. And it counts as stuck
    // from now on, whatever becomes of what it has registered.
    std::stop_callback when_late(late.get_token(), [&] {
        if (is_delivered.exchange(true)) return;
        try {
            deliver({.kind = Kind::timed_out, .goes_on = true});
        } catch (const std::exception&) {  // the client has gone
        }
        stuck.count_at(Context::Clock::now() + notice_);
        StopApart{stop}();
    });
    const Timer::Alarm alarm = timer_.request_stop_at(until, late);
    CallResult result;
    try {
        result = result_of(handler, request);
    } catch (const Cancelled&) {
        if (is_delivered.exchange(true)) return;
        if (Context::Clock::now() < until) throw;
        return deliver({.kind = Kind::timed_out});
    }
    if (is_delivered.exchange(true)) return;
    // Who has looked at the clock may have returned before the timer has.
    if (Context::Clock::now() >= until) result = {.kind = Kind::timed_out};
    deliver(std::move(result));
}

}  // namespace turngate

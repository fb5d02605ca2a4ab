#include <algorithm>
#include <exception>
#include <stop_token>
#include <utility>

#include "wrapped.h"
#include <turngate/handlers/middleware.h>
#include <turngate/http/narrowed_context.h>
#include <turngate/os/timer.h>

namespace turngate {
namespace {

// Writes the line when the handler is left, by whichever way.
class AccessLine {
  public:
    AccessLine(const Request& request, const ResponseWriter& response)
        : request_(request), response_(response) {}
    AccessLine(const AccessLine&) = delete;
    AccessLine& operator=(const AccessLine&) = delete;

    ~AccessLine() {
        auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(Context::Clock::now() - start_);
        bool failed = std::uncaught_exceptions() > exceptions_;
        request_.context.log(
            Level::info, request_.method + ' ' + request_.url.script_name + request_.url.path +
                             ' ' + (failed ? "failed" : std::to_string(response_.status())) + ' ' +
                             std::to_string(response_.bytes()) + " bytes " +
                             std::to_string(ms.count()) + " ms");
    }

  private:
    const Request& request_;
    const ResponseWriter& response_;
    Context::Clock::time_point start_ = Context::Clock::now();
    int exceptions_ = std::uncaught_exceptions();
};

class Timeout final : public Handler {
  public:
    Timeout(HandlerPtr next, std::chrono::milliseconds limit)
        : next_(std::move(next)), limit_(limit) {}

    void serve(Request& request, ResponseWriter& response) const override {
        Context& context = request.context;
        // What is longer than a year cannot be added to every clock.
        const auto at = Context::Clock::now() +
                        std::min<std::chrono::milliseconds>(limit_, std::chrono::hours(24 * 365));
        if (context.deadline && *context.deadline <= at) return next_->serve(request, response);
        try {
            std::stop_source stop;
            const NarrowedContext narrowed(context, at, stop.get_token());
            std::stop_callback passed_on(narrowed.outer_stop(), [&] { stop.request_stop(); });
            Timer::Alarm alarm = timer_.request_stop_at(at, stop);
            next_->serve(request, response);
        } catch (const Cancelled&) {
            if (context.cancelled() || response.committed() || Context::Clock::now() < at) throw;
            throw HttpError(
                504, "the handler took longer than " + std::to_string(limit_.count()) + " ms");
        }
    }

    bool may_migrate() const noexcept override { return next_->may_migrate(); }

  private:
    HandlerPtr next_;
    std::chrono::milliseconds limit_;
    mutable Timer timer_;
};

}  // namespace

Middleware strip_prefix(std::string prefix) {
    return [prefix = std::move(prefix)](HandlerPtr next) {
        const auto around = [prefix](const Handler& inner, Request& request,
                                     ResponseWriter& response) {
            if (!request.url.strip_prefix(prefix)) throw HttpError(404, "not found");
            inner.serve(request, response);
        };
        return wrapped(std::move(next), around);
    };
}

Middleware access_log() {
    return [](HandlerPtr next) {
        const auto around = [](const Handler& inner, Request& request, ResponseWriter& response) {
            AccessLine line(request, response);
            inner.serve(request, response);
        };
        return wrapped(std::move(next), around);
    };
}

Middleware limit_body(std::uint64_t bytes) {
    return [bytes](HandlerPtr next) {
        const auto around = [bytes](const Handler& inner, Request& request,
                                    ResponseWriter& response) {
            request.body.limit(bytes);
            inner.serve(request, response);
        };
        return wrapped(std::move(next), around);
    };
}

Middleware timeout(std::chrono::milliseconds limit) {
    return [limit](HandlerPtr next) {
        return std::make_shared<const Timeout>(std::move(next), limit);
    };
}

}  // namespace turngate

// A context with less time, for as long as a handler runs within it.
#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include <turngate/http/context.h>

namespace turngate {

// Gives a context another deadline and stop token, and puts its own back when the handler is left,
// by whichever way.
class NarrowedContext {
  public:
    NarrowedContext(Context& context, Context::Clock::time_point deadline, std::stop_token stop)
        : context_(context),
          deadline_(std::exchange(context.deadline, deadline)),
          stop_(std::exchange(context.stop, std::move(stop))) {}
    NarrowedContext(const NarrowedContext&) = delete;
    NarrowedContext& operator=(const NarrowedContext&) = delete;
    ~NarrowedContext() {
        context_.deadline = deadline_;
        context_.stop = std::move(stop_);
    }

    const std::stop_token& outer_stop() const noexcept { return stop_; }

  private:
    Context& context_;
    std::optional<Context::Clock::time_point> deadline_;
    std::stop_token stop_;
};

}  // namespace turngate

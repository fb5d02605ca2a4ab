// How many requests handlers are at work on, so that they can be told from tasks that come after.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include <turngate/http/handler.h>

namespace turngate {

// Thread-safe.
class RequestsAtWork {
  public:
    // `one_less` is called when a request has ended, by its thread. It must not throw.
    explicit RequestsAtWork(std::function<void()> one_less = {});

    // `handler`, whose requests are counted. It may outlive this; what `one_less` uses must outlive
    // it.
    HandlerPtr watched(HandlerPtr handler) const;

    int count() const noexcept { return state_->count; }

  private:
    struct State {
        std::atomic<int> count = 0;
        std::function<void()> one_less;
    };
    class Counted;

    const std::shared_ptr<State> state_;
};

}  // namespace turngate

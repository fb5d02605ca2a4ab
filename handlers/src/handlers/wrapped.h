// A handler around another one, which may go on on another thread if that may.
#pragma once

#include <utility>

#include <turngate/http/handler.h>

namespace turngate {

// `around(next, request, response)` calls the next handler, and is ready for what
// Handler::may_migrate() says.
template <class F>
HandlerPtr wrapped(HandlerPtr next, F around) {
    class Wrapped final : public Handler {
      public:
        Wrapped(HandlerPtr next, F around) : next_(std::move(next)), around_(std::move(around)) {}
        void serve(Request& request, ResponseWriter& response) const override {
            around_(*next_, request, response);
        }
        bool may_migrate() const noexcept override { return next_->may_migrate(); }

      private:
        const HandlerPtr next_;
        const F around_;
    };
    return std::make_shared<const Wrapped>(std::move(next), std::move(around));
}

}  // namespace turngate

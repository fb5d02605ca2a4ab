#include "requests_at_work.h"

#include <utility>

namespace turngate {

class RequestsAtWork::Counted final : public Handler {
  public:
    Counted(HandlerPtr handler, std::shared_ptr<State> state)
        : handler_(std::move(handler)), state_(std::move(state)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        struct Busy {
            State& state;
            ~Busy() {
                --state.count;
                if (state.one_less) state.one_less();
            }
        };
        ++state_->count;
        const Busy busy{*state_};
        handler_->serve(request, response);
    }
    bool may_migrate() const noexcept override { return handler_->may_migrate(); }

  private:
    const HandlerPtr handler_;
    const std::shared_ptr<State> state_;
};

RequestsAtWork::RequestsAtWork(std::function<void()> one_less) : state_(std::make_shared<State>()) {
    state_->one_less = std::move(one_less);
}

HandlerPtr RequestsAtWork::watched(HandlerPtr handler) const {
    return std::make_shared<const Counted>(std::move(handler), state_);
}

}  // namespace turngate

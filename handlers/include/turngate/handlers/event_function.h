// Functions of a JSON event, as handlers.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <turngate/http/handler.h>
#include <turngate/json/json.h>

namespace turngate {

// Takes an event and returns a result, both of them JSON. Platforms that send events (Impuls) give
// each to it as it is, whatever its shape; everywhere else the event is the body of a request, null
// if that is empty, and the result the body of the response. A body that is no JSON is a 400.
class EventFunction : public Handler {
  public:
    // As Handler::serve(): called by several threads at once, and may throw. `context` is the
    // request's.
    virtual Json call(const Json& event, Context& context) const = 0;

    void serve(Request& request, ResponseWriter& response) const final;
};

template <class F>
concept EventFunctionLike = std::invocable<const F&, const Json&, Context&> &&
    std::convertible_to<std::invoke_result_t<const F&, const Json&, Context&>, Json>;

// turngate::run(argc, argv, event_function([](const Json& event, Context&) { return event; }))
template <class F>
requires EventFunctionLike<std::decay_t<F>> HandlerPtr event_function(F&& f) {
    struct Function final : EventFunction {
        explicit Function(F&& g) : function(std::forward<F>(g)) {}
        Json call(const Json& event, Context& context) const override {
            return std::invoke(function, event, context);
        }
        std::decay_t<F> function;
    };
    return std::make_shared<const Function>(std::forward<F>(f));
}

}  // namespace turngate

// The `context` of an Open Runtimes or Appwrite function, on every platform: see
// docs/open-runtimes.md.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <utility>

#include <turngate/handlers/open_runtimes_request.h>
#include <turngate/handlers/open_runtimes_response.h>
#include <turngate/http/handler.h>

namespace turngate::open_runtimes {

// Belongs to one request; log() and error() may be called from any thread.
class Context {
  public:
    explicit Context(turngate::Request& raw) : req(raw) {}

    Request req;
    Response res;

    // A line for the log of the execution: values with a space between them, text as it is and
    // anything else as JSON.
    template <std::convertible_to<Json>... Values>
    void log(Values&&... values) const {
        write(Level::info, {Json(std::forward<Values>(values))...});
    }
    // The same for its errors.
    template <std::convertible_to<Json>... Values>
    void error(Values&&... values) const {
        write(Level::error, {Json(std::forward<Values>(values))...});
    }

  private:
    void write(Level level, std::initializer_list<Json> values) const;
};

// Makes a handler of a function from Context& to a turngate::Response, or to an optional one, where
// nothing is a failure.
template <std::invocable<Context&> F>
requires std::convertible_to<std::invoke_result_t<const F&, Context&>,
                             std::optional<turngate::Response>>
    HandlerPtr handler(F f) {
    return to_handler([f = std::move(f)](turngate::Request& request) {
        Context context(request);
        return completed(f(context));
    });
}

}  // namespace turngate::open_runtimes

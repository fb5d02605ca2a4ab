// What a handler's exception becomes; see docs/errors.md.
#include <string_view>
#include <utility>

#include "current_context.h"
#include <turngate/http/error.h>
#include <turngate/http/serve.h>

namespace turngate {
namespace {

// Marks the request of this thread for as long as it lives.
class Current {
  public:
    explicit Current(const Context& context) : outer_(exchange_current_context(&context)) {}
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;
    ~Current() { exchange_current_context(outer_); }

  private:
    const Context* outer_;
};

// Answers with an error page if the head has not been sent, else breaks the response off. True if
// the client gets a whole response.
bool answer_error(ResponseWriter& response, int status, std::string_view message) noexcept {
    try {
        if (!response.committed()) {
            response.reset();
            response.status(status);
            response.write(status < 500 ? message : "internal error");
            response.write("\n");
            response.finish();
            return true;
        }
    } catch (...) {  // the client has gone, or the door failed: only breaking off is left
    }
    response.abort();
    return false;
}

}  // namespace

const Context* exchange_current_context(const Context* next) noexcept {
    return std::exchange(current_context, next);
}

Outcome serve(const Handler& handler, Request& request, ResponseWriter& response) noexcept {
    const Context& context = request.context;
    const Current current(context);
    Outcome outcome;
    auto fail = [&](Level level, int status, const char* what) {
        outcome.error = std::current_exception();
        context.log(level, what);
        outcome.complete = answer_error(response, status, what);
    };
    try {
        if (context.reporter) context.reporter->began(context);
    } catch (...) {  // the platform's deafness is no reason not to answer
    }
    try {
        handler.serve(request, response);
        response.finish();
        outcome.complete = true;
    } catch (const Cancelled& e) {
        outcome.error = std::current_exception();
        context.log(Level::debug, e.what());
        response.abort();
    } catch (const HttpError& e) {
        const bool is_client_error = e.status() >= 400 && e.status() < 500;
        const bool is_error = e.status() >= 400 && e.status() < 600;
        fail(is_client_error ? Level::info : Level::error, is_error ? e.status() : 500, e.what());
    } catch (const ProtocolError& e) {
        fail(Level::error, 502, e.what());
    } catch (const std::exception& e) {
        fail(Level::error, 500, e.what());
    } catch (...) {
        fail(Level::error, 500, "the handler threw something that is no std::exception");
    }
    outcome.status = response.status();
    outcome.bytes = response.bytes();
    return outcome;
}

Response record(const Handler& handler, Request request) {
    Recorder recorder(request.method);
    const Outcome outcome = serve(handler, request, recorder);
    settle(request.context, outcome);
    return outcome.complete ? recorder.take() : text("internal error\n", 500);
}

}  // namespace turngate

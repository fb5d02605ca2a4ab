#include "openedge/function_call.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "observe/passed_on_trace.h"
#include "openedge/message_request.h"
#include <turngate/http/error.h>

namespace turngate::openedge {
namespace {

// Whose message is the page.
bool is_client_error(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const HttpError& e) {
        return e.status() < 500;
    } catch (...) {
        return false;
    }
}

}  // namespace

FunctionCall::FunctionCall(HandlerPtr function, FunctionMessage& message, const Request& call,
                           const CallTime& time, std::size_t most)
    : function_(std::move(function)), request_(request_of(message)), recorder_("POST", most) {
    Context& context = request_.context;
    context.request_id = call.context.request_id;
    context.reporter = call.context.reporter;
    context.stop = time.stop();
    context.deadline = time.deadline();
    PassedOnTrace(call).apply(request_);
}

FunctionCall::~FunctionCall() {
    if (is_open_) turngate::settle(request_.context, outcome_);
}

void FunctionCall::serve() noexcept {
    is_open_ = true;
    outcome_ = turngate::serve(*function_, request_, recorder_);
    ended_ = Context::Clock::now();
}

// The page of an error may have been too large as well.
bool FunctionCall::is_too_large() const {
    return recorder_.overflowed() && !(outcome_.error && is_client_error(outcome_.error));
}

std::optional<std::uint64_t> FunctionCall::declared_size() const {
    const std::string_view text = recorder_.headers().get("Content-Length");
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return size;
}

void FunctionCall::settle(const Context& call) noexcept {
    request_.context.stop = call.stop;
    request_.context.deadline = call.deadline;
    is_open_ = false;
    turngate::settle(request_.context, outcome_);
}

}  // namespace turngate::openedge

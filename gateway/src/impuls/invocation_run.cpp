#include "impuls/invocation_run.h"

#include <utility>

#include "fresh_ids.h"
#include "lambda/function_error.h"
#include "replay/thrown.h"
#include <turngate/handlers/event_function.h>
#include <turngate/http/encoding.h>
#include <turngate/http/media_type.h>
#include <turngate/json/json_writer.h>

namespace turngate::impuls {
namespace {

bool says_json(const Headers& headers) {
    const auto type = MediaType::parse(headers.get("Content-Type"));
    return type && (type->essence == "application/json" || type->essence.ends_with("+json"));
}

std::string as_json(Response response) {
    std::string& body = response.body;
    if (body.empty()) return "null";
    if (says_json(response.headers) && is_json(body)) return std::move(body);
    std::string out;
    JsonWriter(out).string(is_utf8(body) ? body : base64_encode(body));
    return out;
}

}  // namespace

InvokeResult failed(int status, std::string message, std::string type) {
    return {.status = status, .error = std::move(message), .error_type = std::move(type)};
}

InvocationRun::InvocationRun(InvokeRequest call, HandlerPtr handler, const Request& request,
                             Context::Clock::time_point deadline, const RuntimeOptions& options)
    : call_(std::move(call)),
      handler_(std::move(handler)),
      request_id_(request.context.request_id.empty() ? fresh_uuid() : request.context.request_id),
      trace_(request),
      deadline_(deadline),
      reporter_(options.reporter),
      flush_(options.flush) {
    for (const std::string& name : call_.refused_variables)
        logs_->log(Level::warn, "the variable " + name + " of \"env\" is left out: it is reserved");
}

void InvocationRun::serve() noexcept {
    serve_in_time();
    if (Context::Clock::now() >= deadline_) result_ = failed(500, std::string(late_text));
}

void InvocationRun::serve_in_time() noexcept try {
    serve_event();
} catch (const events::InvocationError& e) {
    result_ = thrown_ ? failure() : failed(e.status(), e.what());
} catch (const Error& e) {  // the event has the members of a shape, and not their types
    result_ = failed(400, std::string("the event cannot be read: ") + e.what());
} catch (const std::exception& e) {
    result_ = failed(500, e.what());
}

void InvocationRun::serve_event() {
    events::AnswerOptions how;
    how.decode.max_size = call_.event.size();
    if (dynamic_cast<const EventFunction*>(handler_.get())) how.decode.format = events::Format::raw;
    how.encode.check_size = false;  // the limits are those of others
    how.prepare = [this](Request& request) { prepare(request); };
    how.served = [this](const Request& request, const Outcome& outcome) {
        if (flush_) flush_(request.context);
        if (thrown_ || !outcome.error) return;
        thrown_ = outcome.error;
        status_ = outcome.status;
    };
    events::Event event = events::decode(call_.event, how.decode);
    if (event.format == events::Format::raw) return serve_raw(std::move(event), how);
    answer_.emplace(events::answer_event(*handler_, std::move(event), how));
    if (replay::is_failure(thrown_))
        result_ = failure();
    else
        result_.body = std::move(answer_->reply);
}

void InvocationRun::serve_raw(events::Event event, const events::AnswerOptions& how) {
    answer_.emplace();
    Response response = answer_->serve(*handler_, std::move(event.request), event.format, how);
    if (thrown_) {
        result_ = failure();
    } else {
        result_.status = response.status;
        result_.body = as_json(std::move(response));
    }
}

void InvocationRun::prepare(Request& request) {
    Context& context = request.context;
    context.request_id = request_id_;
    context.reporter = reporter_;
    context.deadline = deadline_;
    context.stop = stop_.get_token();
    context.put(call_.invocation);
    context.put(call_.environment);
    context.put(logs_);
    trace_.apply(request);
}

InvokeResult InvocationRun::failure() const {
    const std::string type = thrown_type(thrown_);
    std::string message = replay::message_of(thrown_);
    if (message.empty()) message = type;  // the platform knows a failure by its text
    return failed(status_ >= 400 ? status_ : 500, std::move(message), type);
}

}  // namespace turngate::impuls

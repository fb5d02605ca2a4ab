#include "lambda_api.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "fresh_ids.h"
#include "invocation_run.h"
#include "lambda_limits.h"
#include "observe/access_log.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>
#include <turngate/json/json_reader.h>
#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

// What the service answers when it does not come to calling the function.
struct ServiceError {
    int status;
    std::string_view type;
    std::string message;
};

// A function's name between the two.
bool is_path(std::string_view path, std::string_view before, std::string_view behind) {
    if (!path.starts_with(before) || !path.ends_with(behind)) return false;
    path.remove_prefix(before.size());
    if (path.size() <= behind.size()) return false;
    path.remove_suffix(behind.size());
    return path.find('/') == path.npos;
}

void refuse(ResponseWriter& response, const ServiceError& error) {
    refuse_invoke(response, error.status, error.type, error.message);
}

ServiceError unknown_value(std::string_view value, std::string_view of, std::string_view known) {
    return {400, "InvalidParameterValueException",
            "1 validation error detected: Value '" + std::string(value) + "' at '" +
                std::string(of) +
                "' failed to satisfy constraint: Member must satisfy enum value set: [" +
                std::string(known) + ']'};
}

class LambdaApi final : public Handler {
  public:
    LambdaApi(std::shared_ptr<const InvokedFunction> function, HandlerPtr next)
        : function_(std::move(function)), next_(std::move(next)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const std::string_view path = request.url.path;
        const bool is_streaming =
            function_->is_streaming() &&
            is_path(path, "/2021-11-15/functions/", "/response-streaming-invocations");
        if (!is_streaming && !is_path(path, "/2015-03-31/functions/", "/invocations"))
            return next_->serve(request, response);
        InvokeCall call{.event = {}, .id = fresh_uuid()};
        response.header("x-amzn-RequestId", call.id);
        if (request.method != "POST") {
            response.header("Allow", "POST");
            return refuse(response, {405, "MethodNotAllowedException",
                                     "a function is invoked with POST, not " + request.method});
        }
        const std::string_view type =
            request.headers.get("X-Amz-Invocation-Type", "RequestResponse");
        const std::string_view log = request.headers.get("X-Amz-Log-Type", "None");
        if (type == "DryRun") {
            response.status(204);
            return;
        }
        const bool is_queued = type == "Event" && !is_streaming;
        if (type != "RequestResponse" && !is_queued)
            return refuse(response, unknown_value(type, "invocationType",
                                                  is_streaming ? "RequestResponse, DryRun"
                                                               : "Event, RequestResponse, DryRun"));
        if (log != "None" && log != "Tail")
            return refuse(response, unknown_value(log, "logType", "None, Tail"));
        call.wants_log = log == "Tail";
        if (auto error = take_client_context(request, call.client_context))
            return refuse(response, *error);
        if (auto error = take_tenant(request, call.tenant_id)) return refuse(response, *error);
        if (auto error =
                take_event(request, is_queued ? lambda_limits::queued_event : lambda_limits::event,
                           call.event))
            return refuse(response, *error);
        const auto shape = events::classify(call.event).format.value_or(events::Format::raw);
        request.context.put(EventShape{events::name(shape)});
        if (is_streaming) return function_->stream(request, response, std::move(call));
        if (!is_queued) return function_->invoke(request, response, std::move(call));
        request.context.log(Level::debug, "the event is queued as request " + call.id);
        if (!function_->queue(request, std::move(call))) return refuse_as_throttled(response);
        response.status(202).header("Content-Length", "0");
    }

    // Of who comes to the function: each is given requests of its own, or waits as it may.
    bool may_migrate() const noexcept override {
        return next_->may_migrate() || function_->may_migrate();
    }

  private:
    static std::optional<ServiceError> take_client_context(const Request& request,
                                                           std::string& context) {
        const std::string_view field = request.headers.get("X-Amz-Client-Context");
        if (field.empty()) return std::nullopt;
        try {
            // It becomes a field of a header: what stands on several lines means the same on one.
            context = Json::parse(base64_decode(field).value_or(""), {}, DuplicateNames::keep_last)
                          .dump();
        } catch (const JsonError&) {
            return ServiceError{400, "InvalidRequestContentException",
                                "Client context must be a valid Base64-encoded JSON object."};
        }
        return std::nullopt;
    }

    // AWS, "Invoke": TenantId.
    static std::optional<ServiceError> take_tenant(const Request& request, std::string& tenant) {
        constexpr std::size_t longest = 256;
        tenant = request.headers.get("X-Amz-Tenant-Id");
        const bool is_good = std::all_of(tenant.begin(), tenant.end(), [](char c) {
            const auto lower = static_cast<unsigned char>(c | 0x20);
            return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                   std::string_view("._:/=+-@ ").find(c) != std::string_view::npos;
        });
        if (is_good && tenant.size() <= longest) return std::nullopt;
        return ServiceError{400, "InvalidParameterValueException",
                            "1 validation error detected: Value at 'tenantId' failed to satisfy "
                            "constraint: Member must have at most 256 letters, digits and "
                            "characters of \"._:/=+-@ \""};
    }

    static std::optional<ServiceError> take_event(Request& request, std::size_t most,
                                                  std::string& event) {
        try {
            event = request.body.text(most);
        } catch (const HttpError& e) {
            if (e.status() != 413) throw;
            return ServiceError{413, "RequestEntityTooLargeException",
                                "Request must be smaller than " + std::to_string(most) +
                                    " bytes for the InvokeFunction operation"};
        }
        if (event.empty()) event = "{}";  // what a function gets of a call without payload
        if (is_json(event)) return std::nullopt;
        std::string problem = "it is none";
        try {
            check_json(event);
        } catch (const JsonError& e) {
            problem = e.what();
        }
        return ServiceError{400, "InvalidRequestContentException",
                            "Could not parse request body into json: " + problem};
    }

    const std::shared_ptr<const InvokedFunction> function_;
    const HandlerPtr next_;
};

// A handler as a function.
class InvokedHandler final : public InvokedFunction {
  public:
    InvokedHandler(HandlerPtr handler, events::AnswerOptions options)
        : handler_(std::move(handler)), options_(std::move(options)) {
        options_.decode.max_size = lambda_limits::event;
    }

    void invoke(Request& request, ResponseWriter& response, InvokeCall call) const override {
        std::shared_ptr<InvocationRun> run =
            run_invocation(*handler_, call.event, call.id, request.context, options_);
        write_invoke_reply(response, {.payload = run->reply,
                                      .has_failed = run->failed,
                                      .log = call.wants_log ? &run->log : nullptr});
        request.context.wait_until([run = std::move(run)]() mutable { run.reset(); });
    }

    bool queue(Request& request, InvokeCall call) const override {
        const Context& context = request.context;
        request.context.wait_until([this, &context, call = std::move(call)] {
            const auto run = run_invocation(*handler_, call.event, call.id, context, options_);
            if (run->failed)
                context.log(Level::error, "request " + call.id + " failed: " + run->reply);
        });
        return true;
    }

  private:
    const HandlerPtr handler_;
    events::AnswerOptions options_;
};

}  // namespace

void refuse_invoke(ResponseWriter& response, int status, std::string_view type,
                   std::string_view message) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("Type").string(status < 500 ? "User" : "Service");
    json.key("message").string(message).end_object();
    response.status(status)
        .header("Content-Type", "application/json")
        .header("x-amzn-ErrorType", type);
    response.write(body);
}

void refuse_as_throttled(ResponseWriter& response) {
    refuse_invoke(response, 429, "TooManyRequestsException", "Rate Exceeded.");
}

void InvokedFunction::stream(Request&, ResponseWriter&, InvokeCall) const {
    throw HttpError(501, "this function cannot stream");
}

void write_invoke_reply(ResponseWriter& response, const InvokeReply& reply) {
    response.header("Content-Type", "application/json");
    response.header("X-Amz-Executed-Version", "$LATEST");
    if (reply.has_failed) response.header("X-Amz-Function-Error", "Unhandled");
    if (reply.log) response.header("X-Amz-Log-Result", base64_encode(reply.log->text()));
    response.write(reply.payload);
}

HandlerPtr lambda_api(std::shared_ptr<const InvokedFunction> function, HandlerPtr next) {
    return std::make_shared<const LambdaApi>(std::move(function), std::move(next));
}

HandlerPtr lambda_api(HandlerPtr function, HandlerPtr next, events::AnswerOptions options) {
    return lambda_api(
        std::make_shared<const InvokedHandler>(std::move(function), std::move(options)),
        std::move(next));
}

}  // namespace turngate

#include "lambda_api.h"

#include <optional>
#include <string>
#include <utility>

#include "fresh_ids.h"
#include "invocation_run.h"
#include "observe/access_log.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json_reader.h>
#include <turngate/json/json_writer.h>

namespace turngate {
namespace {

constexpr std::size_t most_event = 6'291'456;         // bytes
constexpr std::size_t most_queued_event = 1'048'576;  // of X-Amz-Invocation-Type: Event

// What the service answers when it does not come to calling the function.
struct ServiceError {
    int status;
    std::string_view type;
    std::string message;
};

bool is_invocation_path(std::string_view path) {
    constexpr std::string_view before = "/2015-03-31/functions/", behind = "/invocations";
    if (!path.starts_with(before) || !path.ends_with(behind)) return false;
    path.remove_prefix(before.size());
    if (path.size() <= behind.size()) return false;
    path.remove_suffix(behind.size());
    return path.find('/') == path.npos;
}

void refuse(ResponseWriter& response, const ServiceError& error) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("Type").string(error.status < 500 ? "User" : "Service");
    json.key("message").string(error.message).end_object();
    response.status(error.status)
        .header("Content-Type", "application/json")
        .header("x-amzn-ErrorType", error.type);
    response.write(body);
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
    LambdaApi(HandlerPtr function, HandlerPtr next, events::AnswerOptions options)
        : function_(std::move(function)), next_(std::move(next)), options_(std::move(options)) {
        options_.decode.max_size = most_event;
    }

    void serve(Request& request, ResponseWriter& response) const override {
        if (!is_invocation_path(request.url.path)) return next_->serve(request, response);
        const std::string id = fresh_uuid();
        response.header("x-amzn-RequestId", id);
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
        if (type != "RequestResponse" && type != "Event")
            return refuse(response,
                          unknown_value(type, "invocationType", "Event, RequestResponse, DryRun"));
        if (log != "None" && log != "Tail")
            return refuse(response, unknown_value(log, "logType", "None, Tail"));
        const bool is_queued = type == "Event";
        std::string event;
        if (auto error = take_event(request, is_queued ? most_queued_event : most_event, event))
            return refuse(response, *error);
        const auto shape = events::classify(event).format.value_or(events::Format::raw);
        request.context.put(EventShape{events::name(shape)});
        if (is_queued)
            queue(request, response, std::move(event), id);
        else
            invoke(request, response, event, id, log == "Tail");
    }

    // By the next handler alone: functions are called with requests of their own.
    bool may_migrate() const noexcept override { return next_->may_migrate(); }

  private:
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

    void invoke(Request& request, ResponseWriter& response, const std::string& event,
                const std::string& id, bool wants_log) const {
        std::shared_ptr<InvocationRun> run =
            run_invocation(*function_, event, id, request.context, options_);
        response.header("Content-Type", "application/json");
        response.header("X-Amz-Executed-Version", "$LATEST");
        if (run->failed) response.header("X-Amz-Function-Error", "Unhandled");
        if (wants_log) response.header("X-Amz-Log-Result", base64_encode(run->log.text()));
        response.write(run->reply);
        request.context.wait_until([run = std::move(run)]() mutable { run.reset(); });
    }

    void queue(Request& request, ResponseWriter& response, std::string event,
               const std::string& id) const {
        const Context& context = request.context;
        context.log(Level::debug, "the event is queued as request " + id);
        request.context.wait_until([this, &context, event = std::move(event), id] {
            const auto run = run_invocation(*function_, event, id, context, options_);
            if (run->failed) context.log(Level::error, "request " + id + " failed: " + run->reply);
        });
        response.status(202).header("Content-Length", "0");
    }

    const HandlerPtr function_;
    const HandlerPtr next_;
    events::AnswerOptions options_;
};

}  // namespace

HandlerPtr lambda_api(HandlerPtr function, HandlerPtr next, events::AnswerOptions options) {
    return std::make_shared<const LambdaApi>(std::move(function), std::move(next),
                                             std::move(options));
}

}  // namespace turngate

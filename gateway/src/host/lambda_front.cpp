#include "host/lambda_front.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "event_exchange.h"
#include "fresh_ids.h"
#include "function_reply.h"
#include "host/lambda_rules.h"
#include "host/runtime_errors.h"
#include "host/service_replies.h"
#include "host/stream_prelude.h"
#include "observe/access_log.h"
#include <turngate/events/answer.h>

namespace turngate::host {
namespace {

using events::Format;
using Clock = FunctionInvocation::Clock;

// How long the service waits for a function, whatever the function's own limit (AWS, quotas of API
// Gateway).
std::optional<Clock::duration> patience(Format format) {
    using std::chrono::seconds;
    if (format == Format::api_gateway_v1) return seconds(29);
    if (format == Format::api_gateway_http1 || format == Format::api_gateway_v2) return seconds(30);
    return std::nullopt;
}

// What `invocation` has failed of, without its id, which is another one each time.
std::string failure_text(const FunctionInvocation& invocation) {
    const InvocationResult& result = invocation.result();
    std::string text = error_text(result.payload);
    const std::string id = "RequestId: " + invocation.input.id + ' ';
    if (const auto at = text.find(id); at != text.npos) text.erase(at, id.size());
    return text.empty() ? result.error_type : text;
}

// REQUIRES: it has failed.
[[noreturn]] void throw_failure(const FunctionInvocation& invocation) {
    if (invocation.result().is_of_init)
        throw UnstartedFunction("the function did not start: " + failure_text(invocation));
    throw Error("the function failed: " + failure_text(invocation));
}

// A reply that a source which streams has no use for.
class NoHead : public ProtocolError {
  public:
    using ProtocolError::ProtocolError;
};

class LambdaFront final : public Handler {
  public:
    LambdaFront(LambdaFunction& function, ExecutionLog& log, const LambdaFrontOptions& options)
        : function_(function), log_(log), options_(options) {}

    bool may_migrate() const noexcept override { return true; }

    void serve(Request& request, ResponseWriter& response) const override {
        request.context.put(EventShape{events::name(options_.format)});
        extend_forwarded_for(request, options_.format);
        FreshEvent event;
        try {
            event = fresh_event(request, options_.format);
        } catch (const HttpError& e) {
            if (e.status() != 413) throw;
            log_.say("a request was refused: " + std::string(e.what()));
            return response.send(service_reply(ServiceProblem::too_large, options_.format));
        }
        if (const auto field = request_id_field(options_.format); !field.empty())
            response.header(field, event.request_id);
        std::optional<LambdaRules> rules;
        if (options_.is_strict && !options_.streams) rules.emplace(event.text, options_.format);
        const auto begun = Clock::now();
        LambdaFunction::Call call(
            function_,
            {.id = options_.format == Format::function_url ? event.request_id : fresh_uuid(),
             .event = std::move(event.text),
             .trace_id = traced(event.trace_id),
             .takes_stream = options_.streams},
            &request.context);
        if (call.is_throttled())
            return response.send(service_reply(ServiceProblem::throttled, options_.format));
        if (!call.wait(latest())) {
            log_.breach(
                "the service waits for no answer any longer, though the function may "
                "still give one",
                call.invocation().number);
            return response.send(service_reply(ServiceProblem::too_slow, options_.format));
        }
        const auto check_reply = [&](const Response& reply) {
            if (rules) tell_broken(*std::move(rules), call, reply, Clock::now() - begun);
        };
        try {
            answer(call, request, response, check_reply);
        } catch (const NoHead& e) {
            if (!refuse(ServiceProblem::no_head, e, call, request, response)) throw;
        } catch (const ProtocolError& e) {
            if (!refuse(ServiceProblem::failed, e, call, request, response)) throw;
        }
    }

  private:
    static bool wants_failure(const Request& request) noexcept {
        return request.context.find<FunctionFailureWanted>() != nullptr;
    }

    // False if `error` is to be thrown on: the client then sees that the response breaks off.
    bool refuse(ServiceProblem problem, const ProtocolError& error, LambdaFunction::Call& call,
                const Request& request, ResponseWriter& response) const {
        log_.breach(error.what(), call.invocation().number);
        if (response.committed() || wants_failure(request)) return false;
        response.reset();
        response.send(service_reply(problem, options_.format));
        return true;
    }

    Clock::time_point latest() const {
        const auto limit = options_.is_strict ? patience(options_.format) : std::nullopt;
        return limit ? Clock::now() + *limit : Clock::time_point::max();
    }

    // Throws ProtocolError for what is no reply. What is one goes through `check_reply`.
    template <class F>
    void answer(LambdaFunction::Call& call, const Request& request, ResponseWriter& response,
                const F& check_reply) const {
        FunctionInvocation& invocation = call.invocation();
        if (invocation.is_stream()) {
            if (invocation.stream_type() != StreamPrelude::media_type) check_may_lack_head();
            return pass_on(call, response);
        }
        const InvocationResult& result = invocation.result();
        const auto* const sink = request.context.find<FunctionReplySink>();
        if (sink && result.refused > 0) *sink->into = {{}, options_.format, result.refused};
        if (!result.error_type.empty() && wants_failure(request)) throw_failure(invocation);
        if (!result.error_type.empty())
            return response.send(service_reply(ServiceProblem::failed, options_.format));
        if (options_.streams) {
            check_may_lack_head();
            return send_verbatim(result, response);
        }
        if (result.content_type == StreamPrelude::media_type)
            throw ProtocolError(
                "the function streams its reply, and this is no function URL "
                "that does: start the host with --stream");
        if (sink) *sink->into = {result.payload, options_.format};
        Response reply = response_of(result.payload, options_.format, request.method == "HEAD");
        check_reply(reply);
        if (options_.is_strict) check(reply);
        if (!reply.body.empty() && !reply.headers.contains("Content-Type"))
            reply.headers.set("Content-Type", default_type(options_.format));
        response.send(std::move(reply));
    }

    // What no client sees, for the service lets it pass, or refuses it without a word.
    void tell_broken(LambdaRules&& rules, const LambdaFunction::Call& call, const Response& reply,
                     Clock::duration latency) const {
        const InvocationResult& result = call.invocation().result();
        for (const strict::Violation& broken : std::move(rules).broken(reply, result, latency))
            log_.breach(std::string(broken.rule) + ": " + broken.found + ", " + broken.limit,
                        call.invocation().number);
    }

    // Throws NoHead.
    void check_may_lack_head() const {
        if (options_.format == Format::function_url) return;
        throw NoHead(
            "the reply is no stream with a head, which a REST API that streams must have: see "
            "TURNGATE_INVOKE_MODE");
    }

    // What the service would refuse.
    void check(const Response& reply) const {
        events::EncodeOptions encode;
        if (const auto refused = events::refusal(reply, options_.format, encode))
            throw ProtocolError("its source refuses the reply: " +
                                refused->body.substr(0, refused->body.find('\n')));
    }

    // A reply that was not streamed, at a URL where all are: it is not looked into.
    static void send_verbatim(const InvocationResult& result, ResponseWriter& response) {
        response.header("Content-Type", result.content_type.empty() ? "application/octet-stream"
                                                                    : result.content_type);
        response.write(result.payload);
    }

    static void pass_on(LambdaFunction::Call& call, ResponseWriter& response) {
        const std::string type = call.invocation().stream_type();
        bool has_head = type != StreamPrelude::media_type;
        if (has_head)
            response.header("Content-Type", type.empty() ? "application/octet-stream" : type);
        StreamPrelude prelude;
        while (std::optional<std::string> piece = call.next_piece()) {
            if (!has_head) {
                std::optional<Response> head = prelude.feed(*piece);
                if (!head) continue;
                has_head = true;
                piece = std::exchange(head->body, {});
                response.status(head->status);
                head->headers.remove("Content-Length");
                for (const auto& [name, value] : head->headers)
                    response.headers().add(name, value);
                if (!head->headers.contains("Content-Type"))
                    response.header("Content-Type", "application/octet-stream");
            }
            if (!piece->empty()) response.write(*piece);
            response.flush();
        }
        const InvocationResult& result = call.invocation().result();
        if (!result.error_type.empty())
            throw ProtocolError("the stream broke off: " + result.error_type);
        if (!has_head) throw ProtocolError("the stream ended within its head");
    }

    LambdaFunction& function_;
    ExecutionLog& log_;
    const LambdaFrontOptions options_;
};

}  // namespace

HandlerPtr lambda_front(LambdaFunction& function, ExecutionLog& log,
                        const LambdaFrontOptions& options) {
    return std::make_shared<const LambdaFront>(function, log, options);
}

}  // namespace turngate::host

// The calls of the runtime; those of extensions stand in extensions_api.cpp.
#include "host/runtime_api.h"

#include <algorithm>
#include <array>
#include <stop_token>
#include <utility>

#include "host/extension_events.h"
#include "host/runtime_call.h"
#include "host/runtime_errors.h"
#include "host/stream_prelude.h"
#include "lambda_limits.h"
#include <turngate/http/encoding.h>
#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

namespace turngate::host {
namespace {

constexpr std::size_t most_error = 1u << 20;  // bytes
constexpr std::string_view with_cause = "application/vnd.aws.lambda.error.cause+json";
constexpr std::string_view response_mode = "Lambda-Runtime-Function-Response-Mode";
constexpr std::string_view error_type_field = "Lambda-Runtime-Function-Error-Type";
constexpr std::string_view error_body_field = "Lambda-Runtime-Function-Error-Body";

// The error without what is for X-Ray alone.
std::string error_of(const std::string& body, std::string_view content_type) {
    if (content_type != with_cause) return body;
    try {
        Json error = Json::parse(body);
        error.erase("errorCause");
        return error.dump();
    } catch (const JsonError&) {
        return "\"Invalid error body\"";
    }
}

InvocationResult broken_off() {
    return {.payload =
                runtime_error("Runtime.TruncatedResponse", "the reply of the function broke off"),
            .content_type = "application/json",
            .error_type = "Runtime.TruncatedResponse"};
}

// What the function says of its failure.
InvocationResult told_error(Request& request) {
    try {
        return {
            .payload = error_of(request.body.text(most_error), request.headers.get("Content-Type")),
            .content_type = "application/json",
            .error_type = checked_error_type(request.headers.get(error_type_field))};
    } catch (const HttpError&) {  // it is too long, or breaks off
    } catch (const Cancelled&) {
    }
    return broken_off();
}

// Reads all of the body, and keeps as much as a function may answer with: who sends too much finds
// out when he has sent it, as most clients look for an answer no sooner. Returns how much it was.
std::uint64_t read_reply(Body& body, std::string& into) {
    std::array<char, 64 * 1024> block;
    std::uint64_t size = 0;
    if (body.size()) into.reserve(std::min<std::uint64_t>(*body.size(), lambda_limits::reply));
    while (const std::size_t n = body.read(block)) {
        size += n;
        if (size <= lambda_limits::reply) into.append(block.data(), n);
    }
    return size;
}

// What the trailers say of an error in the middle of a stream.
void take_trailers(const Headers& trailers, InvocationResult& result) {
    const std::string_view type = trailers.get(error_type_field);
    if (type.empty()) return;
    result.error_type = type;
    result.payload = base64_decode(trailers.get(error_body_field)).value_or("");
}

}  // namespace

HttpOptions runtime_door_options(std::size_t instances) {
    using std::chrono::hours;
    HttpOptions options;
    options.listen.assign(instances, "127.0.0.1:0");
    options.max_threads = std::max<std::size_t>(64, 4 * instances);
    options.body_timeout = options.idle_timeout = hours(24);
    options.drain_timeout = std::chrono::milliseconds(100);
    options.header_size = 2u << 20;
    options.max_body = lambda_limits::stream + (1u << 20);
    options.least_pace = 0;
    options.serves_runtimes = true;
    return options;
}

void RuntimeApi::serve(Request& request, ResponseWriter& response) const {
    Call call{request, response};
    const auto slot = options_.slots.find(request.url.host);
    if (slot == options_.slots.end() && options_.slots.size() > 1)
        return call.refuse({400, "InvalidHost",
                            "the Host field is to be AWS_LAMBDA_RUNTIME_API as it stands: " +
                                request.url.host + " is no instance of the function"});
    call.slot = slot == options_.slots.end() ? 0 : slot->second;
    std::string_view path = request.url.path;
    const auto is = [&](std::string_view method, std::string_view which) {
        return request.method == method && path == which;
    };
    constexpr std::string_view runtime = "/2018-06-01", extensions = "/2020-01-01/extension";
    if (path.starts_with(extensions)) {
        path.remove_prefix(extensions.size());
        if (is("POST", "/register")) return enlist(call);
        const std::string_view identifier = request.headers.get("Lambda-Extension-Identifier");
        const bool is_known =
            is("GET", "/event/next") || is("POST", "/init/error") || is("POST", "/exit/error");
        if (is_known && identifier.empty())
            return call.refuse({403, "Extension.MissingExtensionIdentifier",
                                "Missing Lambda-Extension-Identifier header"});
        if (is("GET", "/event/next")) return next_event(call, identifier);
        if (is("POST", "/init/error")) return fail_extension(call, identifier, "InitError");
        if (is("POST", "/exit/error")) return fail_extension(call, identifier, "ExitError");
    } else if (path.starts_with(runtime)) {
        path.remove_prefix(runtime.size());
        if (is("GET", "/ping")) return response.write("pong");
        if (is("GET", "/runtime/invocation/next")) return next(call);
        if (is("POST", "/runtime/init/error")) return fail_init(call);
        if (is("GET", "/runtime/restore/next")) return restore(call);
        if (is("POST", "/runtime/restore/error")) return fail_restore(call);
        constexpr std::string_view invocation = "/runtime/invocation/";
        if (request.method == "POST" && path.starts_with(invocation)) {
            path.remove_prefix(invocation.size());
            const std::string_view id = path.substr(0, path.find('/'));
            const std::string_view rest = path.substr(id.size());
            if (rest == "/response") return answer(call, id);
            if (rest == "/error") return fail(call, id);
        }
    }
    response.status(404).write("404 page not found\n");
}

void RuntimeApi::next(Call& call) const {
    const Context& context = call.request.context;
    const Notices::Lease notice = notices_.take(context.parking);
    std::uint64_t ticket = 0;
    if (const auto refused = dispatcher_.ask(call.slot, *notice, ticket))
        return call.refuse(*refused);
    struct Leaving {
        Dispatcher& dispatcher;
        std::size_t slot;
        const Notice& notice;
        ~Leaving() { dispatcher.leave(slot, notice); }
    } const leaving{dispatcher_, call.slot, *notice};
    const std::stop_callback wake(context.stop, [&] { notice->signal(); });
    InvocationPtr taken;
    while (!(taken = dispatcher_.take(call.slot, ticket))) {
        context.check();
        if (dispatcher_.is_over(call.slot, ticket))
            return call.refuse({403, "InvalidStateTransition",
                                "nobody waits for an event here any more: the process was ended, "
                                "or has asked for an event once more"});
        notice->wait();
    }
    log_.begun(*taken);
    const InvocationInput& input = taken->input;
    Headers& headers = call.response.headers();
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) headers.add(name, value);
    };
    add("Lambda-Runtime-Aws-Request-Id", input.id);
    add("Lambda-Runtime-Trace-Id", input.trace_id);
    add("Lambda-Runtime-Client-Context", input.client_context);
    add("Lambda-Runtime-Aws-Tenant-Id", input.tenant_id);
    add("Lambda-Runtime-Invoked-Function-Arn", options_.arn);
    add("Lambda-Runtime-Deadline-Ms", std::to_string(deadline_ms(options_.limit)));
    headers.add("Content-Type", "application/json");
    headers.add("Content-Length", std::to_string(input.event.size()));
    call.response.write(input.event);
}

void RuntimeApi::answer(Call& call, std::string_view id) const {
    InvocationPtr invocation;
    if (const auto refused =
            dispatcher_.begin_answer(call.slot, id, "InvocationResponse", invocation))
        return call.refuse(*refused);
    const std::string_view mode = call.request.headers.get(response_mode);
    if (!mode.empty() && mode != "streaming") {
        finish(call, *invocation,
               {.payload = runtime_error("Runtime.InvalidResponseModeHeader",
                                         "Invalid function response mode"),
                .content_type = "application/json",
                .error_type = "Runtime.InvalidResponseModeHeader"},
               "error");
        return call.refuse({400, "InvalidFunctionResponseMode", "Invalid function response mode"});
    }
    const bool is_stream =
        !mode.empty() || call.request.headers.get("Content-Type") == StreamPrelude::media_type;
    InvocationResult result =
        is_stream && invocation->input.takes_stream ? streamed(call, *invocation) : gathered(call);
    const std::string type = result.error_type;
    const bool is_in_time =
        finish(call, *invocation, std::move(result), type.empty() ? "" : "error");
    if (type == "Function.ResponseSizeTooLarge")
        return call.refuse({413, "RequestEntityTooLarge",
                            "Exceeded maximum allowed payload size (" +
                                std::to_string(lambda_limits::reply) + " bytes)."});
    if (type == "Runtime.TruncatedResponse")
        return call.refuse({400, "TruncatedHTTPRequest", "HTTP request detected as truncated"});
    if (!is_in_time)
        return call.refuse({403, "InvalidStateTransition",
                            "the invocation has ended without this answer, which came too late"});
    call.accept();
}

// The whole reply, or what is wrong with it.
InvocationResult RuntimeApi::gathered(Call& call) const {
    InvocationResult result;
    result.content_type = call.request.headers.get("Content-Type");
    try {
        const std::uint64_t size = read_reply(call.request.body, result.payload);
        if (size <= lambda_limits::reply) {
            take_trailers(call.request.body.trailers(), result);
            return result;
        }
        result.refused = size;
        result.error_type = "Function.ResponseSizeTooLarge";
        result.payload = runtime_error(
            result.error_type, "Response payload size exceeded maximum allowed payload size (" +
                                   std::to_string(lambda_limits::reply) + " bytes).");
    } catch (const HttpError&) {
        result = broken_off();
    } catch (const Cancelled&) {
        result = broken_off();
    }
    return result;
}

InvocationResult RuntimeApi::streamed(Call& call, FunctionInvocation& invocation) const {
    InvocationResult result;
    result.content_type = call.request.headers.get("Content-Type");
    invocation.begin_stream(result.content_type);
    std::array<char, 16 * 1024> block;
    std::uint64_t size = 0;
    try {
        while (const std::size_t n = call.request.body.read(block)) {
            size += n;
            if (size > lambda_limits::stream) throw HttpError(413, "the stream is too long");
            invocation.stream({block.data(), n});
        }
        take_trailers(call.request.body.trailers(), result);
    } catch (const HttpError& e) {
        result.error_type =
            e.status() == 413 ? "Function.ResponseSizeTooLarge" : "Runtime.TruncatedResponse";
        result.payload = runtime_error(result.error_type, e.what());
    } catch (const Cancelled&) {
        result = broken_off();
    }
    return result;
}

void RuntimeApi::fail(Call& call, std::string_view id) const {
    InvocationPtr invocation;
    if (const auto refused =
            dispatcher_.begin_answer(call.slot, id, "InvocationErrorResponse", invocation))
        return call.refuse(*refused);
    finish(call, *invocation, told_error(call.request), "error");
    call.accept();
}

void RuntimeApi::fail_init(Call& call) const {
    InvocationPtr invocation;
    if (const auto refused = dispatcher_.fail_init(call.slot, invocation))
        return call.refuse(*refused);
    InvocationResult error = told_error(call.request);
    error.is_of_init = true;
    if (invocation) finish(call, *invocation, std::move(error), "error");
    call.accept();
}

// There is no snapshot: the process itself goes on.
void RuntimeApi::restore(Call& call) const {
    if (const auto refused = dispatcher_.restore(call.slot)) return call.refuse(*refused);
    call.response.header("Content-Length", "0");
}

void RuntimeApi::fail_restore(Call& call) const {
    InvocationPtr invocation;
    if (const auto refused = dispatcher_.fail_restore(call.slot, invocation))
        return call.refuse(*refused);
    InvocationResult error = told_error(call.request);
    error.is_of_init = true;
    if (invocation) finish(call, *invocation, std::move(error), "error");
    call.accept();
}

// False if the invocation has ended otherwise already.
bool RuntimeApi::finish(const Call& call, FunctionInvocation& invocation, InvocationResult result,
                        std::string_view status) const {
    const bool is_first = invocation.claim();
    if (is_first) {
        supervisor_.drain(call.slot, invocation);
        std::string text(status);
        if (!result.error_type.empty()) text += "\tError Type: " + result.error_type;
        log_.ended(invocation, supervisor_.peak_memory(call.slot), text);
        invocation.end(std::move(result));
    }
    dispatcher_.end_answer(call.slot);
    return is_first;
}

}  // namespace turngate::host

#include "lambda/runtime_api.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "observe/request_ids.h"
#include "version.h"
#include <turngate/http/encoding.h>

namespace turngate {
namespace {

using namespace std::chrono_literals;

constexpr int most_doublings = 3;  // of the time until the next attempt

constexpr std::string_view invocations = "/2018-06-01/runtime/invocation/";
constexpr std::string_view trailers =
    "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n";

// Servers take 8 KiB of fields at least; what X-Ray shows is not worth an error that is lost.
constexpr std::size_t most_cause = 4096;

std::string length_field(std::size_t size) {
    return "Content-Length: " + std::to_string(size) + "\r\n\r\n";
}

// A chunk's first line (RFC 9112 section 7.1).
std::string chunk_head(std::size_t size) {
    std::array<char, 24> text;
    std::snprintf(text.data(), text.size(), "%zx\r\n", size);
    return text.data();
}

// Trailers are fields, and so no line may end in them.
std::string stream_end(const FunctionError* error) {
    if (!error) return "0\r\n\r\n";
    return "0\r\nLambda-Runtime-Function-Error-Type: " + error->category +
           "\r\nLambda-Runtime-Function-Error-Body: " + base64_encode(error->json()) + "\r\n\r\n";
}

std::string status_of(const RuntimeReply& reply) {
    return "the Runtime API answered with status " + std::to_string(reply.status);
}

void check_recoverable(const RuntimeReply& reply) {
    if (reply.status >= 500) throw RuntimeFailure(status_of(reply) + ", which is past recovery");
}

}  // namespace

LambdaInvocation LambdaInvocation::of(RuntimeReply reply) {
    LambdaInvocation out;
    events::LambdaContext& context = out.context;
    const Headers& headers = reply.headers;
    context.request_id = headers.get("Lambda-Runtime-Aws-Request-Id");
    if (!is_request_id(context.request_id))
        throw ProtocolError("the Runtime API sent an event without a usable request id");
    context.function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn");
    context.trace_id = headers.get("Lambda-Runtime-Trace-Id");
    context.tenant_id = headers.get("Lambda-Runtime-Aws-Tenant-Id");
    context.client_context = headers.get("Lambda-Runtime-Client-Context");
    context.cognito_identity = headers.get("Lambda-Runtime-Cognito-Identity");
    const std::string deadline(headers.get("Lambda-Runtime-Deadline-Ms"));
    if (const long long time = std::strtoll(deadline.c_str(), nullptr, 10); time > 0)
        context.deadline = std::chrono::system_clock::time_point(std::chrono::milliseconds(
            std::min<long long>(time, std::chrono::milliseconds(24h * 365 * 200).count())));
    out.event = std::move(reply.body);
    return out;
}

ServerAddress runtime_address(const std::string& text) {
    ServerAddress out;
    out.text = text;
    const char* const problem = text.empty() || text.find_first_of("/@ \t\r\n") != text.npos
                                    ? "expected HOST:PORT, as 127.0.0.1:9001"
                                    : out.set_authority(text);
    if (problem) throw Error("AWS_LAMBDA_RUNTIME_API=" + text + " is wrong: " + problem);
    return out;
}

RuntimeApi::RuntimeApi(const std::string& address, std::stop_token stop, Patience patience)
    : address_(address),
      stop_(std::move(stop)),
      patience_(patience),
      common_(" HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: aws-lambda-cpp/20-turngate-" +
              std::string(build.version) + "\r\n"),
      ask_("GET " + std::string(invocations) + "next" + common_ + "\r\n"),
      connection_(runtime_address(address)),
      interruption_(stop_, [this] { connection_.interrupt(); }) {}

void RuntimeApi::ask_next() {
    const std::array parts = {std::string_view(ask_)};
    connection_.send(parts);
    asked_ = true;
}

std::optional<LambdaInvocation> RuntimeApi::next() {
    for (int failures = 0; !stop_.stop_requested();) {
        std::string problem;
        try {
            if (!asked_) ask_next();
            asked_ = false;
            std::optional<RuntimeReply> reply = connection_.wait();
            if (!reply) return std::nullopt;
            if (reply->status == 200) {
                has_served_ = true;
                return LambdaInvocation::of(std::move(*reply));
            }
            check_recoverable(*reply);
            problem = status_of(*reply) + " when asked for an event";
            // Some that imitate it say so that there is no event yet.
            if (reply->status == 204) failures = std::min(failures, 1);
        } catch (const RuntimeFailure&) {
            throw;
        } catch (const Error& e) {
            asked_ = false;
            problem = e.what();
        }
        if (++failures == attempts) {
            if (!has_served_) throw RuntimeFailure(problem);
            std::fprintf(stderr, "error: %s; still trying\n", problem.c_str());
        }
        // The first time at once: a connection may have died while the sandbox was frozen.
        if (failures > 1)
            pause(patience_.first_pause * (1 << std::min(failures - 2, most_doublings)));
    }
    return std::nullopt;
}

// Until stop is requested, too.
void RuntimeApi::pause(std::chrono::milliseconds time) const {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop_, time, [] { return false; });
}

RuntimeReply RuntimeApi::exchange(std::initializer_list<std::string_view> parts, bool* repeated) {
    const std::span<const std::string_view> all(parts.begin(), parts.size());
    try {
        connection_.send(all);
        return connection_.receive();
    } catch (const ConnectionLost& e) {
        if (e.answered()) throw;
    }
    if (repeated) *repeated = true;
    connection_.send(all);
    return connection_.receive();
}

Delivery RuntimeApi::deliver(std::initializer_list<std::string_view> parts) {
    bool repeated = false;
    try {
        const RuntimeReply reply = exchange(parts, &repeated);
        return outcome(reply, repeated);
    } catch (const ConnectionLost& e) {
        return {false, e.what()};
    }
}

Delivery RuntimeApi::outcome(const RuntimeReply& reply, bool repeated) {
    check_recoverable(reply);
    if (reply.status < 300) return {};
    if (repeated && (reply.status == 400 || reply.status == 403)) return {};  // it had the first
    std::string problem = status_of(reply);
    if (reply.status == 413) problem += ": the result is too large";
    if (reply.status == 410) problem += ": the invocation has timed out";
    if (reply.status == 400 || reply.status == 403)
        problem += ": the invocation is over, or has been answered";
    return {false, std::move(problem)};
}

Delivery RuntimeApi::respond(std::string_view id, std::string_view json) {
    const std::string head =
        "/response" + common_ + "Content-Type: application/json\r\n" + length_field(json.size());
    return deliver({"POST ", invocations, id, head, json});
}

std::string RuntimeApi::error_fields(const FunctionError& error) const {
    std::string fields = "/error" + common_ + "Content-Type: application/json\r\n" +
                         "Lambda-Runtime-Function-Error-Type: " + error.category + "\r\n";
    const std::string cause = error.xray_cause();
    if (cause.size() <= most_cause)
        fields.append("Lambda-Runtime-Function-XRay-Error-Cause: ").append(cause).append("\r\n");
    return fields;
}

Delivery RuntimeApi::fail(std::string_view id, const FunctionError& error) {
    const std::string body = error.json();
    const std::string head = error_fields(error) + length_field(body.size());
    return deliver({"POST ", invocations, id, head, body});
}

void RuntimeApi::tell(std::string_view phase, const FunctionError& error) noexcept try {
    const std::string body = error.json();
    const std::string head = error_fields(error) + length_field(body.size());
    exchange({"POST ", "/2018-06-01/runtime/", phase, head, body});
} catch (const std::exception& e) {
    std::fprintf(stderr, "error: the Runtime API could not be told: %s\n", e.what());
}

bool RuntimeApi::wait_for_restore() {
    const std::string ask = "GET /2018-06-01/runtime/restore/next" + common_ + "\r\n";
    const std::array parts = {std::string_view(ask)};
    for (bool is_again = false;; is_again = true) {
        try {
            connection_.send(parts);
            const std::optional<RuntimeReply> reply = connection_.wait();
            if (!reply) return false;
            if (reply->status == 200) return true;
            throw RuntimeFailure(status_of(*reply) + " when asked to wait for the restore");
        } catch (const ConnectionLost& e) {
            if (is_again || e.answered()) throw;
        }
    }
}

std::string RuntimeApi::stream_head(std::string_view id) const {
    return "POST " + std::string(invocations) + std::string(id) + "/response" + common_ +
           "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
           "Content-Type: application/vnd.awslambda.http-integration-response\r\n" +
           std::string(trailers) + "Transfer-Encoding: chunked\r\n\r\n";
}

void RuntimeApi::begin_stream(std::string_view id, std::string_view bytes,
                              const std::stop_token& stop) {
    const std::string head = stream_head(id);
    try {
        return send_chunk(head, bytes, stop);
    } catch (const ConnectionLost& e) {
        if (e.answered()) throw;
    }
    send_chunk(head, bytes, stop);  // it had died while the sandbox was frozen
}

void RuntimeApi::stream(std::string_view bytes, const std::stop_token& stop) {
    send_chunk({}, bytes, stop);
}

void RuntimeApi::send_chunk(std::string_view before, std::string_view bytes,
                            const std::stop_token& stop) {
    const std::string size = chunk_head(bytes.size());
    const std::array<std::string_view, 4> parts = {before, size, bytes, "\r\n"};
    connection_.send(parts, {stop});
    if (!connection_.cut_short()) return;
    // Throws, or closes the connection: what comes next on it would be a part of the stream.
    const RuntimeReply reply = connection_.receive();
    throw ConnectionLost(status_of(reply) + ", before the end of the stream", true);
}

Delivery RuntimeApi::end_stream(std::string_view bytes, const FunctionError* error,
                                const std::stop_token& stop) {
    const GiveUp give_up{stop, std::chrono::steady_clock::now() + patience_.stream_end};
    const std::string head = bytes.empty() ? std::string() : chunk_head(bytes.size());
    const std::string end = (bytes.empty() ? "" : "\r\n") + stream_end(error);
    const std::array<std::string_view, 3> parts = {head, bytes, end};
    try {
        connection_.send(parts, give_up);
        const RuntimeReply reply = connection_.receive(give_up);
        connection_.close();
        return outcome(reply, false);
    } catch (const ConnectionLost& e) {
        return {false, std::string("the end of the stream: ") + e.what()};
    }
}

Delivery RuntimeApi::respond_streamed(std::string_view id, std::string_view bytes) {
    const std::string head = stream_head(id) + chunk_head(bytes.size());
    const std::string end = "\r\n" + stream_end(nullptr);
    const Delivery delivery = deliver({head, bytes, end});
    connection_.close();
    return delivery;
}

std::string RuntimeApi::crash_head(std::string_view id) const {
    return "POST " + std::string(invocations) + std::string(id) + "/error" + common_ +
           "Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: "
           "Runtime.ExitError\r\n";
}

os::Fd RuntimeApi::register_extension(std::string_view name) {
    RuntimeConnection connection(runtime_address(address_));
    try {
        const std::string fields = common_ + "Lambda-Extension-Name: " + std::string(name) +
                                   "\r\nContent-Type: application/json\r\nContent-Length: "
                                   "13\r\n\r\n{\"events\":[]}";
        const std::array<std::string_view, 2> parts = {"POST /2020-01-01/extension/register",
                                                       fields};
        connection.send(parts);
        const RuntimeReply reply = connection.receive();
        const std::string_view id = reply.headers.get("Lambda-Extension-Identifier");
        if (reply.status != 200 || !is_request_id(id)) return {};
        const std::string next = "GET /2020-01-01/extension/event/next" + common_ +
                                 "Lambda-Extension-Identifier: " + std::string(id) + "\r\n\r\n";
        const std::array<std::string_view, 1> ask = {next};
        connection.send(ask);
        return connection.release();
    } catch (const ConnectionLost&) {
        return {};
    }
}

}  // namespace turngate

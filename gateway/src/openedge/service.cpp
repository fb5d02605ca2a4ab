#include "openedge/service.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "lambda/function_error.h"
#include "openedge/grpc.h"
#include <turngate/http/serve.h>

namespace turngate::openedge {
namespace {

using Clock = Context::Clock;

// Who is asked to stop has this long to notice.
constexpr std::chrono::milliseconds notice{100};
// After the client has left or the process is to end, before that is given up.
constexpr std::chrono::milliseconds stop_grace{1'000};
// What of a response is kept in any case: as much is held back before it is sent, error pages too.
constexpr std::size_t least_recorded = 8 * 1024;
constexpr const char* late = "the deadline has passed";

}  // namespace

Service::Service(HandlerPtr function, const Limits& limits, std::shared_ptr<CallThreads> threads)
    : function_(std::move(function)), limits_(limits), threads_(std::move(threads)) {}

void Service::serve(Request& request, ResponseWriter& response) const {
    if (request.method != "POST") throw HttpError(405, "gRPC calls by POST");
    if (!is_grpc(request.headers.get("content-type")))
        throw HttpError(415, "expected the content-type application/grpc");
    response.header("content-type", "application/grpc");
    response.header("grpc-accept-encoding", "identity");
    Headers trailers;
    try {
        const std::string message = answer(request);
        const auto prefix = grpc_prefix(static_cast<std::uint32_t>(message.size()));
        response.write({prefix.data(), prefix.size()});
        response.write(message);
        trailers.add_checked("grpc-status", "0");
    } catch (const GrpcError& e) {
        trailers = status_fields(e.status(), e.what());
    } catch (const HttpError& e) {  // of the body: it comes too slowly
        request.context.log(Level::info, e.what());
        trailers = status_fields(grpc_status(e.status()), e.what());
    }
    response.trailers(std::move(trailers));
}

// The message that goes back.
std::string Service::answer(Request& call) const {
    const auto generation = generation_of(call.url.path);
    if (!generation) throw GrpcError(GrpcStatus::unimplemented, "unknown method " + call.url.path);
    const CallTime time(call.headers.get("grpc-timeout"), call.context, timer_);
    FunctionMessage message = received(call, *generation, time);
    if (!message.about.invoke_id.empty()) call.context.request_id = message.about.invoke_id;
    const auto function =
        std::make_shared<FunctionCall>(function_, message, call, time, most_recorded());
    run(function, call.context, time);
    if (function->has_tasks())
        call.context.wait_until([function, &outer = call.context] { function->settle(outer); });
    else
        function->settle(call.context);
    if (time.had_passed(function->ended())) throw GrpcError(GrpcStatus::deadline_exceeded, late);
    message.about = function->about();
    message.payload = payload_of(*function, message, *generation);
    std::string reply = write_message(message, *generation);
    if (reply.size() > limits_.max_message)
        throw too_large("Sent", std::to_string(reply.size()), limits_.max_message);
    return reply;
}

FunctionMessage Service::received(Request& call, Generation generation,
                                  const CallTime& time) const {
    call.body.interrupt(time.stop());
    std::string bytes;
    try {
        bytes =
            read_grpc_message(call.body, limits_.max_message, call.headers.get("grpc-encoding"));
    } catch (const Cancelled&) {
        if (!time.had_passed(Clock::now())) throw;
        throw GrpcError(GrpcStatus::deadline_exceeded,
                        "the deadline has passed before the message was there");
    }
    try {
        return read_message(bytes, generation);
    } catch (const Error& e) {
        throw GrpcError(GrpcStatus::internal, e.what());
    }
}

// Returns when the function has. Throws GrpcError if nobody waits for it any more, or it could not
// begin.
void Service::run(const std::shared_ptr<FunctionCall>& function, Context& call,
                  const CallTime& time) const {
    using End = FencedThreads::End;
    auto until = time.deadline();
    if (until) *until += notice;
    auto end = End::refused;
    try {
        end = threads_->fenced.run([function] { function->serve(); }, until, call.stop, stop_grace);
    } catch (const std::system_error& e) {
        throw GrpcError(GrpcStatus::unavailable,
                        std::string("there is no thread for the call: ") + e.what());
    }
    if (end == End::returned) return;
    if (end == End::refused)
        throw GrpcError(GrpcStatus::unavailable,
                        "too many handlers go on that nobody waits for any more");
    // It may return just now, and what it has left for after the answer is not to hold that up.
    call.wait_until([function] {});
    call.log(Level::error, "a handler goes on that nobody waits for any more: there are " +
                               std::to_string(threads_->fenced.left_behind()) + " now, and with " +
                               std::to_string(most_late_calls) +
                               " whose time is over the program starts anew");
    const bool is_late = time.had_passed(Clock::now());
    throw GrpcError(is_late ? GrpcStatus::deadline_exceeded : GrpcStatus::cancelled,
                    is_late ? late : "the call was cancelled");
}

std::size_t Service::most_recorded() const noexcept {
    const std::size_t most = limits_.max_reply == 0
                                 ? limits_.max_message
                                 : std::min<std::size_t>(limits_.max_reply, limits_.max_message);
    return std::max(most, least_recorded);
}

// Throws GrpcError.
std::string Service::payload_of(FunctionCall& function, const FunctionMessage& message,
                                Generation generation) const {
    if (function.is_too_large())
        return too_large_reply(function.declared_size(), message, generation);
    Response response = function.take_response();
    if (const auto failure = failure_of(function.outcome(), response)) {
        if (failure->status == GrpcStatus::cancelled || !limits_.errors_as_payloads)
            throw GrpcError(failure->status, failure->message);
        return error_payload(failure->type, failure->message);
    }
    const std::size_t size = response.body.size();
    if (limits_.max_reply == 0 || size <= limits_.max_reply) return std::move(response.body);
    return too_large_reply(size, message, generation);
}

// A reply of `size` bytes, or of more than were kept: nobody knows of how many where the handler
// did not say so before it wrote.
std::string Service::too_large_reply(std::optional<std::uint64_t> size,
                                     const FunctionMessage& message, Generation generation) const {
    const auto words = [this](std::optional<std::uint64_t> bytes) {
        return bytes ? std::to_string(*bytes) : "more than " + std::to_string(most_recorded());
    };
    if (limits_.max_reply == 0 || limits_.max_reply > limits_.max_message) {
        if (size) size = message_size(message, generation, *size);
        throw too_large("Sent", words(size), limits_.max_message);
    }
    return error_payload("ReplyTooLarge", "the reply has " + words(size) + " bytes, and at most " +
                                              std::to_string(limits_.max_reply) + " are published");
}

// Within the limit that it may be about itself.
std::string Service::error_payload(std::string_view type, std::string message) const {
    for (;;) {
        std::string payload = error_json(type, message);
        if (limits_.max_reply == 0 || payload.size() <= limits_.max_reply) return payload;
        if (message.empty())
            throw GrpcError(GrpcStatus::resource_exhausted,
                            "an error as payload does not fit into the " +
                                std::to_string(limits_.max_reply) +
                                " bytes of a reply: raise the limit");
        message.resize(message.size() / 2);
    }
}

}  // namespace turngate::openedge

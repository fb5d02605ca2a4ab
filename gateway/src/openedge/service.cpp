#include "openedge/service.h"

#include <chrono>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "lambda/function_error.h"
#include "openedge/grpc.h"
#include "openedge/message_request.h"
#include <turngate/http/recorder.h>
#include <turngate/http/serve.h>

namespace turngate::openedge {
namespace {

// How large a reply is, is told where it is refused.
constexpr std::size_t most_recorded = std::numeric_limits<std::uint32_t>::max();

bool is_grpc(std::string_view type) {
    constexpr std::string_view name = "application/grpc";
    if (type.size() < name.size() || !iequals(type.substr(0, name.size()), name)) return false;
    return type.size() == name.size() || type[name.size()] == '+' || type[name.size()] == ';';
}

// What the client has said of its patience, as long as it lives.
class CallTime {
  public:
    CallTime(std::string_view timeout, const Context& call, Timer& timer)
        : stop_(call.stop), deadline_(call.deadline) {
        if (timeout.empty()) return;
        const auto limit = parse_grpc_timeout(timeout);
        if (!limit)
            throw GrpcError(GrpcStatus::internal,
                            "grpc-timeout is wrong: expected one to eight "
                            "digits and a unit of H, M, S, m, u or n");
        const auto at = Context::Clock::now() + *limit;
        if (deadline_ && *deadline_ <= at) return;
        deadline_ = at;
        passed_on_.emplace(call.stop, PassOn{own_});
        alarm_.reset(new Timer::Alarm(timer.request_stop_at(at, own_)));
        stop_ = own_.get_token();
    }

    void apply(Context& context) const {
        context.stop = stop_;
        context.deadline = deadline_;
    }
    bool has_passed() const { return deadline_ && Context::Clock::now() >= *deadline_; }

  private:
    struct PassOn {
        std::stop_source source;
        void operator()() { source.request_stop(); }
    };

    std::stop_source own_;
    std::stop_token stop_;
    std::optional<Context::Clock::time_point> deadline_;
    std::optional<std::stop_callback<PassOn>> passed_on_;
    std::unique_ptr<Timer::Alarm> alarm_;
};

}  // namespace

Service::Service(HandlerPtr function, const Limits& limits)
    : function_(std::move(function)), limits_(limits) {}

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
        trailers.add_checked("grpc-status", std::to_string(static_cast<int>(e.status())));
        trailers.add_checked("grpc-message", grpc_message_field(e.what()));
    }
    response.trailers(std::move(trailers));
}

// The message that goes back.
std::string Service::answer(Request& call) const {
    const auto generation = generation_of(call.url.path);
    if (!generation) throw GrpcError(GrpcStatus::unimplemented, "unknown method " + call.url.path);
    const CallTime time(call.headers.get("grpc-timeout"), call.context, timer_);
    FunctionMessage message = received(call, *generation);
    if (!message.about.invoke_id.empty()) call.context.request_id = message.about.invoke_id;
    // What is done when the answer is on its way has the request at hand.
    const auto request = std::make_shared<Request>(request_of(message));
    request->context.request_id = call.context.request_id;
    request->context.reporter = call.context.reporter;
    request->context.parking = call.context.parking;
    time.apply(request->context);

    Recorder recorder("POST", most_recorded);
    const Outcome outcome = turngate::serve(*function_, *request, recorder);
    request->context.stop = call.context.stop;
    if (request->context.has_deferred())
        call.context.wait_until([request, outcome] { settle(request->context, outcome); });
    else
        settle(request->context, outcome);
    Response response = outcome.complete ? recorder.take() : Response();
    message.payload = payload_of(failure_of(outcome, response, time.has_passed()), response);
    message.about = *request->context.find<Message>();
    std::string reply = write_message(message, *generation);
    if (reply.size() > limits_.max_message)
        throw too_large("Sent", reply.size(), limits_.max_message);
    return reply;
}

FunctionMessage Service::received(Request& call, Generation generation) const {
    const std::string bytes =
        read_grpc_message(call.body, limits_.max_message, call.headers.get("grpc-encoding"));
    try {
        return read_message(bytes, generation);
    } catch (const Error& e) {
        throw GrpcError(GrpcStatus::internal, e.what());
    }
}

// Throws GrpcError.
std::string Service::payload_of(const std::optional<CallFailure>& failure,
                                Response& response) const {
    if (failure) {
        const bool is_over = failure->status == GrpcStatus::cancelled ||
                             failure->status == GrpcStatus::deadline_exceeded;
        if (is_over || !limits_.errors_as_payloads)
            throw GrpcError(failure->status, failure->message);
        return error_json(failure->type, failure->message);
    }
    const std::size_t size = response.body.size();
    if (limits_.max_reply == 0 || size <= limits_.max_reply) return std::move(response.body);
    return error_json("ReplyTooLarge", "the reply has " + std::to_string(size) +
                                           " bytes, and at most " +
                                           std::to_string(limits_.max_reply) + " are published");
}

}  // namespace turngate::openedge

#include "host/lambda_function.h"

#include <stop_token>
#include <utility>

#include "host/runtime_errors.h"

namespace turngate::host {
namespace {

constexpr Instance::Clock::duration look_every = std::chrono::milliseconds(100);  // at its memory

std::string arn_of(const LambdaOptions& options) {
    return "arn:aws:lambda:" + options.region + ':' + options.account + ":function:" + options.name;
}

std::vector<std::string> names_of(const std::vector<std::string>& extensions) {
    std::vector<std::string> names;
    for (const std::string& program : extensions)
        names.push_back(extension_name(program));
    return names;
}

}  // namespace

LambdaFunction::LambdaFunction(LambdaOptions options, ExecutionLog& log)
    : options_(std::move(options)),
      arn_(arn_of(options_)),
      door_(http_door(runtime_door_options(options_.instances))),
      dispatcher_({.instances = options_.instances,
                   .limits = options_.limits,
                   .throttles = options_.throttles,
                   .look_every = options_.memory > 0 ? std::optional(look_every) : std::nullopt,
                   .arn = arn_,
                   .extensions = names_of(options_.extensions)},
                  [this] { wake_.signal(); }),
      supervisor_({.command = options_.command,
                   .environment = options_.environment,
                   .addresses = door_->addresses(),
                   .extensions = options_.extensions,
                   .limits = options_.limits,
                   .memory = options_.memory},
                  dispatcher_, log, wake_) {
    const auto api =
        std::make_shared<const RuntimeApi>(api_options(), dispatcher_, supervisor_, log);
    door_thread_ = std::thread([this, api, &log] {
        try {
            door_->serve(api);
        } catch (const std::exception& e) {
            log.say(std::string("the Runtime API cannot go on: ") + e.what());
        }
    });
}

RuntimeApi::Options LambdaFunction::api_options() const {
    RuntimeApi::Options out{.limit = options_.limits.invocation,
                            .arn = arn_,
                            .name = options_.name,
                            .handler = options_.handler,
                            .account = options_.account};
    for (const std::string& address : door_->addresses())
        out.slots.emplace(address, out.slots.size());
    return out;
}

void LambdaFunction::stop() noexcept {
    supervisor_.stop();
    door_->stop();
    if (door_thread_.joinable()) door_thread_.join();
}

LambdaFunction::Call::Call(LambdaFunction& function, InvocationInput input, const Context* context)
    : context_(context),
      invocation_(std::make_shared<FunctionInvocation>(std::move(input), ++function.invocations_)),
      notice_(context && context->parking ? function.notices_.take(context->parking)
                                          : function.blocking_notices_.take(nullptr)) {
    invocation_->attend(&*notice_);
    const auto submitted = function.dispatcher_.submit(invocation_);
    is_throttled_ = submitted == Dispatcher::Submitted::throttled;
    if (submitted == Dispatcher::Submitted::stopping && invocation_->claim())
        invocation_->end(host_stopped());
}

LambdaFunction::Call::~Call() {
    invocation_->attend(nullptr);
    invocation_->abandon();
}

bool LambdaFunction::Call::wait(FunctionInvocation::Clock::time_point until) {
    const std::stop_callback wake(context_ ? context_->stop : std::stop_token(),
                                  [&] { notice_->signal(); });
    while (invocation_->stage() == FunctionInvocation::Stage::running) {
        check();
        if (FunctionInvocation::Clock::now() >= until) return false;
        notice_->wait(until);
    }
    return true;
}

std::optional<std::string> LambdaFunction::Call::next_piece() {
    const std::stop_callback wake(context_ ? context_->stop : std::stop_token(),
                                  [&] { notice_->signal(); });
    for (;;) {
        const bool has_ended = invocation_->stage() == FunctionInvocation::Stage::ended;
        std::string piece = invocation_->take_stream();
        if (!piece.empty()) return piece;
        if (has_ended) return std::nullopt;
        check();
        notice_->wait();
    }
}

}  // namespace turngate::host

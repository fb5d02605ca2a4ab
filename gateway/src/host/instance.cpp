#include "host/instance.h"

#include <chrono>
#include <string>
#include <utility>

namespace turngate::host {
namespace {

// Of who has said that it cannot start; then its place is for another one.
constexpr std::chrono::milliseconds last_moment{500};

// Of aws-lambda-runtime-interface-emulator, internal/lambda/core/statejson.
std::string_view state_name(Instance::State state, std::string_view answer) {
    switch (state) {
        case Instance::State::starting:
            return "Started";
        case Instance::State::init_failed:
            return "InitError";
        case Instance::State::idle:
            return "Ready";
        case Instance::State::invoked:
            return "Running";
        case Instance::State::answering:
            return answer;
        case Instance::State::answered:
            return "RuntimeResponseSentState";
        case Instance::State::absent:
        case Instance::State::doomed:
            break;
    }
    return "Exited";
}

}  // namespace

void Instance::start(Time now, InvocationPtr first) {
    state_ = State::starting;
    invocation_ = std::move(first);
    started_ = now;
    restored_.reset();
    deadline_ = now + limits_.init;
    is_cold_ = true;
}

void Instance::assign(Time now, InvocationPtr invocation) {
    invocation_ = std::move(invocation);
    deadline_ = now + limits_.invocation;
}

void Instance::doom() {
    state_ = State::doomed;
    deadline_.reset();
}

InvocationPtr Instance::end() {
    state_ = State::absent;
    deadline_.reset();
    ++ticket_;
    extensions_.release();
    return std::exchange(invocation_, nullptr);
}

std::optional<RuntimeRefusal> Instance::ask(std::uint64_t& ticket) {
    switch (state_) {
        case State::starting:  // its first invocation has been waiting for it
            break;
        case State::answered:
            invocation_ = nullptr;
            break;
        case State::idle:  // again: who asked before has lost his connection
            break;
        default:
            return not_allowed("Ready");
    }
    state_ = State::idle;
    ticket = ++ticket_;
    settle();
    return std::nullopt;
}

void Instance::settle() noexcept {
    const bool is_waited_for = invocation_ && !is_cold_;  // to take an event that it was given
    if (state_ == State::idle && !is_waited_for && extensions_.are_ready()) deadline_.reset();
}

InvocationPtr Instance::take(std::uint64_t ticket, Time now) {
    // The first event waits until extensions are ready, too.
    if (is_over(ticket) || !invocation_ || (is_cold_ && !extensions_.are_ready())) return nullptr;
    state_ = State::invoked;
    deadline_ = now + limits_.invocation;
    invocation_->begun = now;
    if (std::exchange(is_cold_, false)) {
        if (restored_)
            invocation_->restore = now - *restored_;
        else
            invocation_->init = now - started_;
    }
    return invocation_;
}

std::optional<RuntimeRefusal> Instance::begin_answer(std::string_view id, std::string_view what) {
    if (state_ == State::absent || state_ == State::doomed) return not_allowed(what);
    const bool is_its = invocation_ && invocation_->input.id == id && state_ != State::idle &&
                        state_ != State::starting && state_ != State::init_failed;
    if (!is_its) return RuntimeRefusal{400, "InvalidRequestID", "Invalid request ID"};
    if (state_ != State::invoked) return not_allowed(what);
    state_ = State::answering;
    answer_ = what;
    return std::nullopt;
}

void Instance::end_answer() {
    if (state_ == State::answering) state_ = State::answered;
}

std::optional<RuntimeRefusal> Instance::fail_init(Time now) {
    if (state_ != State::starting) return not_allowed("InitError");
    state_ = State::init_failed;
    deadline_ = now + last_moment;
    return std::nullopt;
}

std::optional<RuntimeRefusal> Instance::restore(Time now) {
    if (state_ != State::starting || restored_) return not_allowed("Restoring");
    restored_ = now;
    deadline_ = now + limits_.init;
    return std::nullopt;
}

std::optional<RuntimeRefusal> Instance::fail_restore(Time now) {
    if (state_ != State::starting || !restored_) return not_allowed("RestoreError");
    state_ = State::init_failed;
    deadline_ = now + last_moment;
    return std::nullopt;
}

RuntimeRefusal Instance::not_allowed(std::string_view next) const {
    return {403, "InvalidStateTransition",
            "State transition from " + std::string(state_name(state_, answer_)) + " to " +
                std::string(next) + " failed for runtime. Error: State transition is not allowed"};
}

}  // namespace turngate::host

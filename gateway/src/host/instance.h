// One execution environment of a function, as a state machine: no process, no socket, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "host/extensions.h"
#include "host/function_invocation.h"
#include "host/runtime_refusal.h"

namespace turngate::host {

// For one thread at a time.
class Instance {
  public:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;

    enum class State {
        absent,       // there is no process
        starting,     // it has not asked for an event yet
        init_failed,  // and has said that it never will
        idle,         // it waits for an event
        invoked,      // it has one
        answering,    // its answer is being read
        answered,     // and it has not asked for the next one
        doomed,       // it is being stopped: nothing it says counts
    };

    struct Limits {
        Clock::duration init = std::chrono::seconds(10);
        Clock::duration invocation = std::chrono::seconds(3);
    };

    explicit Instance(const Limits& limits) : limits_(limits) {}

    State state() const noexcept { return state_; }
    const InvocationPtr& invocation() const noexcept { return invocation_; }
    Extensions& extensions() noexcept { return extensions_; }
    const Extensions& extensions() const noexcept { return extensions_; }

    // It starts, or has an event to answer.
    bool is_at_work() const noexcept {
        return state_ == State::starting || state_ == State::invoked || state_ == State::answering;
    }

    // It, or an extension of it, has not asked for its first event yet.
    bool is_starting() const noexcept {
        return state_ == State::starting || (state_ == State::idle && is_cold_);
    }

    // Its first invocation is still to come, also when it has been doomed meanwhile.
    bool is_cold() const noexcept { return is_cold_; }

    // It can be given an invocation.
    bool is_free() const noexcept {
        return state_ == State::idle && !invocation_ && extensions_.are_ready();
    }

    // When it has had time enough; absent: it may go on.
    std::optional<Time> deadline() const noexcept { return deadline_; }

    // -- for the host

    // A process is started for `first`. REQUIRES: absent.
    void start(Time now, InvocationPtr first);
    // REQUIRES: is_free().
    void assign(Time now, InvocationPtr invocation);
    // Nothing it says counts from now on.
    void doom();
    // The process has gone. Yields the invocation that it had, which may have been answered.
    InvocationPtr end();

    // -- for the runtime

    // It asks for an event. Of several who do the last one gets it; `ticket` tells them apart.
    std::optional<RuntimeRefusal> ask(std::uint64_t& ticket);
    // The event for that one, once there is one.
    InvocationPtr take(std::uint64_t ticket, Time now);
    // True if that one need not wait any longer.
    bool is_over(std::uint64_t ticket) const noexcept {
        return state_ != State::idle || ticket != ticket_;
    }
    // It answers the invocation `id`; `what` is "InvocationResponse" or "InvocationErrorResponse".
    std::optional<RuntimeRefusal> begin_answer(std::string_view id, std::string_view what);
    // That has been read. Of a doomed one this is nothing.
    void end_answer();
    // Its start has failed: it has a moment to end by itself.
    std::optional<RuntimeRefusal> fail_init(Time now);
    // SnapStart: before its first event it waits for its restore, which is at once; or says that
    // what it does then has failed.
    std::optional<RuntimeRefusal> restore(Time now);
    std::optional<RuntimeRefusal> fail_restore(Time now);

    // The runtime or an extension has asked for an event: if all have, nothing is waited for.
    void settle() noexcept;

  private:
    RuntimeRefusal not_allowed(std::string_view next) const;

    const Limits limits_;
    State state_ = State::absent;
    InvocationPtr invocation_;
    std::optional<Time> deadline_;
    Time started_{};
    std::optional<Time> restored_;
    bool is_cold_ = false;  // its first invocation is still to come
    std::uint64_t ticket_ = 0;
    std::string_view answer_;  // what it answers with
    Extensions extensions_;
};

}  // namespace turngate::host

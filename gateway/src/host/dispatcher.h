// Which instance of a function gets which invocation, and what each of them may say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/instance.h"

namespace turngate::host {

struct DispatchOptions {
    std::size_t instances = 1;
    Instance::Limits limits = {};
    // More invocations than instances are refused, as by the service; else they wait.
    bool throttles = false;
    // The supervisor is woken so often while somebody is at work, to look at what he has of memory;
    // absent: there is no limit of it.
    std::optional<Instance::Clock::duration> look_every = {};
    std::string arn = {};                      // of the function, for extensions
    std::vector<std::string> extensions = {};  // external ones, of each instance
};

// Instances stand in slots, from 0. One is started when there is an invocation and nobody to take
// it; the process is the supervisor's, who is woken when there is an order for him. Thread-safe.
class Dispatcher {
  public:
    using Clock = Instance::Clock;
    using Time = Instance::Time;

    enum class Submitted { taken, throttled, stopping };

    // What the supervisor is to do.
    struct Order {
        // init_failed: it has not ended by itself.
        enum class Kind { start, init_timeout, init_failed, timeout };

        Kind kind;
        std::size_t slot;
    };

    // `wake` is called under no lock.
    Dispatcher(DispatchOptions options, std::function<void()> wake);

    Submitted submit(InvocationPtr invocation);

    // -- for the runtime in a slot, see Instance

    // `notice` is signalled when there may be something to take, until leave().
    std::optional<RuntimeRefusal> ask(std::size_t slot, const Notice& notice,
                                      std::uint64_t& ticket);
    InvocationPtr take(std::size_t slot, std::uint64_t ticket);
    bool is_over(std::size_t slot, std::uint64_t ticket) const;
    void leave(std::size_t slot, const Notice& notice);
    // Yields the invocation that is answered, or why not.
    std::optional<RuntimeRefusal> begin_answer(std::size_t slot, std::string_view id,
                                               std::string_view what, InvocationPtr& invocation);
    void end_answer(std::size_t slot);
    // Yields the invocation that has been waiting for it, which may be null.
    std::optional<RuntimeRefusal> fail_init(std::size_t slot, InvocationPtr& invocation);
    std::optional<RuntimeRefusal> restore(std::size_t slot);
    // Yields the same.
    std::optional<RuntimeRefusal> fail_restore(std::size_t slot, InvocationPtr& invocation);

    // -- for its extensions, see Extensions

    std::optional<RuntimeRefusal> enlist(std::size_t slot, Extensions::Registration registration,
                                         std::string& identifier);
    std::optional<RuntimeRefusal> ask_as(std::size_t slot, std::string_view identifier,
                                         const Notice& notice);
    ExtensionEvent take_as(std::size_t slot, std::string_view identifier, const Notice& notice);
    bool waits_as(std::size_t slot, std::string_view identifier, const Notice& notice) const;
    void leave_as(std::size_t slot, std::string_view identifier, const Notice& notice);
    std::optional<RuntimeRefusal> fail_as(std::size_t slot, std::string_view identifier,
                                          std::string_view call);

    // -- for the supervisor

    // What is to be done now: instances whose time is up are doomed with that. `next` is when to
    // call again, if nobody wakes him before.
    std::vector<Order> look(Time now, Time& next);
    // Nothing its runtime says counts from now on.
    void doom(std::size_t slot);
    // Then its external extensions are told of the end.
    void shut_down(std::size_t slot, const std::string& event);
    bool has_extensions(std::size_t slot) const;
    bool wants_shutdown(std::size_t slot, std::string_view extension) const;
    // Its first invocation is still to come.
    bool is_cold(std::size_t slot) const;
    // What it was given last, and has not asked for the next one since.
    InvocationPtr invocation(std::size_t slot) const;
    // Its processes have gone. Who waits for an instance gets a new one.
    void ended(std::size_t slot);

    // Nothing is taken on any more. Yields what has been waiting for an instance.
    std::vector<InvocationPtr> stop();

  private:
    std::optional<RuntimeRefusal> fail_start(
        std::size_t slot, InvocationPtr& invocation,
        std::optional<RuntimeRefusal> (Instance::*fail)(Time now));
    struct Slot {
        explicit Slot(const Instance::Limits& limits) : instance(limits) {}

        Instance instance;
        const Notice* poller = nullptr;
        bool is_ordered = false;  // its start
    };

    // REQUIRES of each: the mutex is locked. Those behind it say whether the supervisor is to be
    // woken.
    std::size_t about_to_be_free() const;
    bool start(std::size_t slot, InvocationPtr first);
    bool feed(std::size_t slot);
    bool watch(std::size_t slot);
    bool plan(Time when);

    const DispatchOptions options_;
    const std::function<void()> wake_;
    mutable std::mutex mutex_;  // of all below
    std::vector<Slot> slots_;
    std::deque<InvocationPtr> waiting_;
    Time planned_ = Time::max();  // when the supervisor looks by himself
    bool is_stopping_ = false;
};

}  // namespace turngate::host

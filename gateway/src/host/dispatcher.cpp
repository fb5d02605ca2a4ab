#include "host/dispatcher.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "host/extension_events.h"

namespace turngate::host {

Dispatcher::Dispatcher(DispatchOptions options, std::function<void()> wake)
    : options_(std::move(options)),
      wake_(std::move(wake)),
      slots_(options_.instances, Slot(options_.limits)) {}

Dispatcher::Submitted Dispatcher::submit(InvocationPtr invocation) {
    bool must_wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return Submitted::stopping;
        const auto free = std::find_if(slots_.begin(), slots_.end(),
                                       [](const Slot& one) { return one.instance.is_free(); });
        if (free != slots_.end()) {
            waiting_.push_back(std::move(invocation));
            must_wake = feed(static_cast<std::size_t>(free - slots_.begin()));
        } else {
            const auto absent = std::find_if(slots_.begin(), slots_.end(), [](const Slot& one) {
                return one.instance.state() == Instance::State::absent;
            });
            if (absent != slots_.end())
                must_wake =
                    start(static_cast<std::size_t>(absent - slots_.begin()), std::move(invocation));
            else if (options_.throttles && waiting_.size() >= about_to_be_free())
                return Submitted::throttled;
            else
                waiting_.push_back(std::move(invocation));
        }
    }
    if (must_wake) wake_();
    return Submitted::taken;
}

std::optional<RuntimeRefusal> Dispatcher::ask(std::size_t slot, const Notice& notice,
                                              std::uint64_t& ticket) {
    bool must_wake = false;
    std::optional<RuntimeRefusal> refused;
    {
        const std::lock_guard lock(mutex_);
        Slot& its = slots_[slot];
        refused = its.instance.ask(ticket);
        if (!refused) {
            if (its.poller) its.poller->signal();  // the one before is over
            its.poller = &notice;
            must_wake = feed(slot);
        }
    }
    if (must_wake) wake_();
    return refused;
}

InvocationPtr Dispatcher::take(std::size_t slot, std::uint64_t ticket) {
    InvocationPtr taken;
    bool must_wake = false;
    {
        const std::lock_guard lock(mutex_);
        taken = slots_[slot].instance.take(ticket, Clock::now());
        if (!taken) return nullptr;
        must_wake = watch(slot);
        if (Extensions& extensions = slots_[slot].instance.extensions(); !extensions.empty())
            extensions.invoke(invoke_event(*taken, options_.arn, options_.limits.invocation));
    }
    if (must_wake) wake_();
    return taken;
}

bool Dispatcher::is_over(std::size_t slot, std::uint64_t ticket) const {
    const std::lock_guard lock(mutex_);
    return slots_[slot].instance.is_over(ticket);
}

void Dispatcher::leave(std::size_t slot, const Notice& notice) {
    const std::lock_guard lock(mutex_);
    if (slots_[slot].poller == &notice) slots_[slot].poller = nullptr;
}

std::optional<RuntimeRefusal> Dispatcher::begin_answer(std::size_t slot, std::string_view id,
                                                       std::string_view what,
                                                       InvocationPtr& invocation) {
    const std::lock_guard lock(mutex_);
    Instance& instance = slots_[slot].instance;
    auto refused = instance.begin_answer(id, what);
    if (!refused) invocation = instance.invocation();
    return refused;
}

void Dispatcher::end_answer(std::size_t slot) {
    const std::lock_guard lock(mutex_);
    slots_[slot].instance.end_answer();
}

std::optional<RuntimeRefusal> Dispatcher::fail_init(std::size_t slot, InvocationPtr& invocation) {
    return fail_start(slot, invocation, &Instance::fail_init);
}

std::optional<RuntimeRefusal> Dispatcher::restore(std::size_t slot) {
    bool must_wake = false;
    std::optional<RuntimeRefusal> refused;
    {
        const std::lock_guard lock(mutex_);
        refused = slots_[slot].instance.restore(Clock::now());
        must_wake = !refused && watch(slot);
    }
    if (must_wake) wake_();
    return refused;
}

std::optional<RuntimeRefusal> Dispatcher::fail_restore(std::size_t slot,
                                                       InvocationPtr& invocation) {
    return fail_start(slot, invocation, &Instance::fail_restore);
}

std::optional<RuntimeRefusal> Dispatcher::fail_start(
    std::size_t slot, InvocationPtr& invocation,
    std::optional<RuntimeRefusal> (Instance::*fail)(Time now)) {
    bool must_wake = false;
    std::optional<RuntimeRefusal> refused;
    {
        const std::lock_guard lock(mutex_);
        Instance& instance = slots_[slot].instance;
        refused = (instance.*fail)(Clock::now());
        if (!refused) invocation = instance.invocation();
        must_wake = !refused && watch(slot);
    }
    if (must_wake) wake_();
    return refused;
}

std::optional<RuntimeRefusal> Dispatcher::enlist(std::size_t slot,
                                                 Extensions::Registration registration,
                                                 std::string& identifier) {
    const std::lock_guard lock(mutex_);
    Instance& instance = slots_[slot].instance;
    const bool is_open = instance.state() == Instance::State::starting;
    return instance.extensions().enlist(std::move(registration), is_open, identifier);
}

std::optional<RuntimeRefusal> Dispatcher::ask_as(std::size_t slot, std::string_view identifier,
                                                 const Notice& notice) {
    bool must_wake = false;
    std::optional<RuntimeRefusal> refused;
    {
        const std::lock_guard lock(mutex_);
        Slot& its = slots_[slot];
        refused = its.instance.extensions().ask(identifier, notice);
        if (!refused && its.instance.extensions().are_ready()) {
            its.instance.settle();
            must_wake = feed(slot);
            if (its.poller) its.poller->signal();  // its first event may have waited for us
        }
    }
    if (must_wake) wake_();
    return refused;
}

ExtensionEvent Dispatcher::take_as(std::size_t slot, std::string_view identifier,
                                   const Notice& notice) {
    const std::lock_guard lock(mutex_);
    return slots_[slot].instance.extensions().take(identifier, notice);
}

bool Dispatcher::waits_as(std::size_t slot, std::string_view identifier,
                          const Notice& notice) const {
    const std::lock_guard lock(mutex_);
    return slots_[slot].instance.extensions().waits(identifier, notice);
}

void Dispatcher::leave_as(std::size_t slot, std::string_view identifier, const Notice& notice) {
    const std::lock_guard lock(mutex_);
    slots_[slot].instance.extensions().leave(identifier, notice);
}

std::optional<RuntimeRefusal> Dispatcher::fail_as(std::size_t slot, std::string_view identifier,
                                                  std::string_view call) {
    const std::lock_guard lock(mutex_);
    return slots_[slot].instance.extensions().fail(identifier, call);
}

std::vector<Dispatcher::Order> Dispatcher::look(Time now, Time& next) {
    const std::lock_guard lock(mutex_);
    std::vector<Order> orders;
    planned_ = Time::max();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Instance& instance = slots_[i].instance;
        if (std::exchange(slots_[i].is_ordered, false)) orders.push_back({Order::Kind::start, i});
        const auto deadline = instance.deadline();
        if (options_.look_every && instance.is_at_work()) plan(now + *options_.look_every);
        if (!deadline) continue;
        if (*deadline > now) {
            plan(*deadline);
            continue;
        }
        const bool is_init = instance.is_starting();
        const bool has_failed = instance.state() == Instance::State::init_failed;
        orders.push_back({is_init      ? Order::Kind::init_timeout
                          : has_failed ? Order::Kind::init_failed
                                       : Order::Kind::timeout,
                          i});
        instance.doom();
    }
    next = planned_;
    return orders;
}

void Dispatcher::doom(std::size_t slot) {
    const std::lock_guard lock(mutex_);
    Slot& its = slots_[slot];
    if (its.instance.state() == Instance::State::absent) return;
    its.instance.doom();
    if (its.poller) its.poller->signal();
}

void Dispatcher::shut_down(std::size_t slot, const std::string& event) {
    const std::lock_guard lock(mutex_);
    slots_[slot].instance.extensions().shut_down(event);
}

bool Dispatcher::has_extensions(std::size_t slot) const {
    const std::lock_guard lock(mutex_);
    return !slots_[slot].instance.extensions().empty();
}

bool Dispatcher::wants_shutdown(std::size_t slot, std::string_view extension) const {
    const std::lock_guard lock(mutex_);
    return slots_[slot].instance.extensions().wants_shutdown(extension);
}

bool Dispatcher::is_cold(std::size_t slot) const {
    const std::lock_guard lock(mutex_);
    return slots_[slot].instance.is_cold();
}

InvocationPtr Dispatcher::invocation(std::size_t slot) const {
    const std::lock_guard lock(mutex_);
    return slots_[slot].instance.invocation();
}

void Dispatcher::ended(std::size_t slot) {
    bool must_wake = false;
    {
        const std::lock_guard lock(mutex_);
        Slot& its = slots_[slot];
        its.instance.end();
        if (its.poller) its.poller->signal();
        if (!waiting_.empty()) {
            InvocationPtr first = std::move(waiting_.front());
            waiting_.pop_front();
            must_wake = start(slot, std::move(first));
        }
    }
    if (must_wake) wake_();
}

std::vector<InvocationPtr> Dispatcher::stop() {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    std::vector<InvocationPtr> left(std::make_move_iterator(waiting_.begin()),
                                    std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    return left;
}

// Who has his answer may ask the next thing sooner than the instance does.
std::size_t Dispatcher::about_to_be_free() const {
    return static_cast<std::size_t>(
        std::count_if(slots_.begin(), slots_.end(), [](const Slot& one) {
            return one.instance.state() == Instance::State::answering ||
                   one.instance.state() == Instance::State::answered;
        }));
}

bool Dispatcher::start(std::size_t slot, InvocationPtr first) {
    Slot& its = slots_[slot];
    its.instance.start(Clock::now(), std::move(first));
    for (const std::string& name : options_.extensions)
        its.instance.extensions().expect(name);
    its.is_ordered = true;
    return true;
}

// Gives it what waits.
bool Dispatcher::feed(std::size_t slot) {
    Slot& its = slots_[slot];
    if (waiting_.empty() || !its.instance.is_free()) return false;
    its.instance.assign(Clock::now(), std::move(waiting_.front()));
    waiting_.pop_front();
    if (its.poller) its.poller->signal();
    return watch(slot);
}

// Deadlines mostly come in the order of their invocations: the supervisor rarely has to get up.
bool Dispatcher::watch(std::size_t slot) {
    const Instance& instance = slots_[slot].instance;
    const bool is_looked_at = options_.look_every && instance.is_at_work();
    const bool is_sooner = is_looked_at && plan(Clock::now() + *options_.look_every);
    const auto deadline = instance.deadline();
    return (deadline && plan(*deadline)) || is_sooner;
}

// True if that is sooner than was planned.
bool Dispatcher::plan(Time when) {
    if (when >= planned_) return false;
    planned_ = when;
    return true;
}

}  // namespace turngate::host

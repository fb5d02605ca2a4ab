#include "host/instance_supervisor.h"

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <system_error>
#include <utility>

#include "host/extension_events.h"
#include "host/runtime_errors.h"

namespace turngate::host {
namespace {

using std::chrono::milliseconds;

// AWS, "Lambda runtime environment lifecycle", shutdown phase.
constexpr milliseconds internal_grace{500};
constexpr milliseconds external_grace{2000};
constexpr milliseconds runtime_grace = external_grace * 3 / 10;

std::string seconds_text(Instance::Clock::duration time) {
    std::array<char, 48> text;
    std::snprintf(text.data(), text.size(), "%.2f", std::chrono::duration<double>(time).count());
    return text.data();
}

}  // namespace

std::string exit_reason(const os::ExitStatus& status) {
    if (status.signal == 0) return "exit status " + std::to_string(status.code);
    const char* meaning = ::sigdescr_np(status.signal);
    std::string text = meaning ? meaning : std::to_string(status.signal);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return "signal: " + text;
}

std::string extension_name(std::string_view program) {
    return std::string(program.substr(program.rfind('/') + 1));
}

InstanceSupervisor::InstanceSupervisor(SupervisorOptions options, Dispatcher& dispatcher,
                                       ExecutionLog& log, const os::WakeUp& wake)
    : options_(std::move(options)),
      dispatcher_(dispatcher),
      log_(log),
      wake_(wake),
      places_(options_.addresses.size()) {
    thread_ = std::thread([this] { run(); });
}

void InstanceSupervisor::stop() noexcept {
    is_stopping_ = true;
    wake_.signal();
    if (thread_.joinable()) thread_.join();
}

void InstanceSupervisor::run() {
    while (!is_stopping_) {
        Clock::time_point next;
        for (const Dispatcher::Order& order : dispatcher_.look(Clock::now(), next))
            carry_out(order);
        for (std::size_t slot = 0; options_.memory > 0 && slot < places_.size(); ++slot)
            check_memory(slot);
        wait_for_news(clear_late(next));
    }
    stop_all();
}

void InstanceSupervisor::carry_out(const Dispatcher::Order& order) {
    using Kind = Dispatcher::Order::Kind;
    if (order.kind == Kind::start) return start(order.slot);
    if (const ProcessPtr process = runtime(order.slot)) process->kill(SIGKILL);
    drain(order.slot, true);
    if (order.kind == Kind::init_failed) return retire(order.slot, "failure");
    const bool is_init = order.kind == Kind::init_timeout;
    const std::string limit =
        seconds_text(is_init ? options_.limits.init : options_.limits.invocation);
    const InvocationPtr invocation = dispatcher_.invocation(order.slot);
    if (is_init)
        log_.say("the function, or an extension, did not ask for an event within " + limit +
                 " s of its start, and was killed");
    const std::string message = "Task timed out after " + limit + " seconds";
    if (invocation && invocation->claim())
        fail(order.slot, "Sandbox.Timedout", "Error: " + message,
             log_time() + ' ' + invocation->input.id + ' ' + message, "timeout");
    else if (!is_init)
        log_.breach("the function did not ask for the next event within " + limit +
                        " s of this one, and was killed",
                    invocation ? invocation->number : 0);
    retire(order.slot, "timeout");
}

void InstanceSupervisor::start(std::size_t slot) {
    std::vector<std::string> environment = options_.environment;
    environment.push_back("AWS_LAMBDA_RUNTIME_API=" + options_.addresses[slot]);
    Place& place = places_[slot];
    try {
        std::vector<std::string> external = environment;  // which has none of the runtime's own
        std::erase_if(external, [](const std::string& one) { return one.starts_with('_'); });
        for (const std::string& program : options_.extensions)
            place.extensions.push_back(
                {extension_name(program),
                 std::make_shared<FunctionProcess>(std::vector{program}, external)});
        auto process = std::make_shared<FunctionProcess>(options_.command, std::move(environment));
        const std::lock_guard lock(mutex_);
        place.runtime = std::move(process);
    } catch (const std::system_error& e) {
        const InvocationPtr invocation = dispatcher_.invocation(slot);
        const std::string problem = std::string("the function cannot be started: ") + e.what();
        if (invocation && invocation->claim())
            fail(slot, "Runtime.InvalidEntrypoint", "Error: " + problem, problem, "error");
        clear(slot);
    }
}

// In the words of the service, whose kernel kills it.
void InstanceSupervisor::check_memory(std::size_t slot) {
    const ProcessPtr process = runtime(slot);
    if (!process || process->memory() <= options_.memory) return;
    dispatcher_.doom(slot);
    process->kill(SIGKILL);
    drain(slot, true);
    log_.say("the function has used more than " + std::to_string(options_.memory >> 20) +
             " MB of memory, and was killed");
    const std::string message = "Error: Runtime exited with error: signal: killed";
    const InvocationPtr invocation = dispatcher_.invocation(slot);
    if (invocation && invocation->claim())
        fail(slot, "Runtime.OutOfMemory", message,
             "RequestId: " + invocation->input.id + ' ' + message + "\nRuntime.ExitError",
             "error\tError Type: Runtime.OutOfMemory");
    retire(slot, "failure");
}

void InstanceSupervisor::wait_for_news(Clock::time_point until) {
    std::vector<pollfd> events = {{wake_.fd(), POLLIN, 0}};
    const auto add = [&](const FunctionProcess& process) {
        events.push_back({process.exit_fd(), POLLIN, 0});
        events.push_back({process.output_fd(), POLLIN, 0});
    };
    std::vector<std::size_t> ends;  // of the events of each slot
    for (const Place& place : places_) {
        if (place.runtime) add(*place.runtime);
        for (const External& one : place.extensions)
            add(*one.process);
        ends.push_back(events.size());
    }
    int wait = -1;
    if (until != Clock::time_point::max())
        wait = static_cast<int>(std::clamp<std::int64_t>(
            std::chrono::ceil<milliseconds>(until - Clock::now()).count(), 0, INT_MAX));
    if (::poll(events.data(), events.size(), wait) <= 0) return;
    wake_.clear();
    std::size_t at = 1;
    for (std::size_t slot = 0; slot < ends.size(); ++slot) {
        const bool has_news = std::any_of(events.begin() + static_cast<std::ptrdiff_t>(at),
                                          events.begin() + static_cast<std::ptrdiff_t>(ends[slot]),
                                          [](const pollfd& event) { return event.revents != 0; });
        at = ends[slot];
        if (has_news) look_after(slot);
    }
}

void InstanceSupervisor::look_after(std::size_t slot) {
    drain(slot, false);
    Place& place = places_[slot];
    if (is_stopping_ || place.leaves_by) {
        std::erase_if(place.extensions, [](const External& one) { return one.process->wait(); });
        if (place.leaves_by && place.extensions.empty()) return clear(slot);
    }
    for (const External& one : place.extensions) {
        const auto status = one.process->wait();
        if (!status) continue;
        const InvocationPtr invocation = dispatcher_.invocation(slot);
        const std::string problem = "extension " + one.name + ' ' + os::describe(*status);
        if (invocation && invocation->claim())
            fail(slot, "Extension.Crash", "Error: " + exit_reason(*status), problem, "error");
        else
            log_.say(problem);
        return retire(slot, "failure");
    }
    if (!place.runtime) return;
    if (const auto status = place.runtime->wait()) runtime_ended(slot, *status);
}

void InstanceSupervisor::runtime_ended(std::size_t slot, const os::ExitStatus& status) {
    drain(slot, true);
    const InvocationPtr invocation = dispatcher_.invocation(slot);
    if (invocation && invocation->claim()) {
        const std::string message =
            status.success() ? "Error: Runtime exited without providing a reason"
                             : "Error: Runtime exited with error: " + exit_reason(status);
        fail(slot, "Runtime.ExitError", message,
             "RequestId: " + invocation->input.id + ' ' + message + "\nRuntime.ExitError",
             "error\tError Type: Runtime.ExitError");
    } else if (!is_stopping_) {
        log_.say("the function " + os::describe(status));
    }
    if (!is_stopping_) return retire(slot, "failure");
    const std::lock_guard lock(mutex_);
    places_[slot].runtime.reset();  // its extensions live on for a moment
}

// REQUIRES: the invocation in `slot` has been claimed.
void InstanceSupervisor::fail(std::size_t slot, std::string_view type, const std::string& message,
                              const std::string& problem, std::string_view status) {
    const InvocationPtr invocation = dispatcher_.invocation(slot);
    log_.ended(*invocation, peak_memory(slot), status, problem);
    invocation->end(
        {.payload = runtime_error(type, "RequestId: " + invocation->input.id + ' ' + message),
         .content_type = "application/json",
         .error_type = std::string(type),
         .is_of_init = dispatcher_.is_cold(slot)});
}

// The runtime has gone, or goes now. External extensions hear of it, those who want to, and have
// some time then (AWS, "Lambda execution environment lifecycle").
void InstanceSupervisor::retire(std::size_t slot, std::string_view reason) {
    Place& place = places_[slot];
    std::erase_if(place.extensions, [&](const External& one) {
        return one.process->wait() || !dispatcher_.wants_shutdown(slot, one.name);
    });
    if (place.extensions.empty()) return clear(slot);
    dispatcher_.doom(slot);
    ProcessPtr gone;
    {
        const std::lock_guard lock(mutex_);
        gone = std::exchange(place.runtime, nullptr);
    }
    gone.reset();
    place.leaves_by = Clock::now() + external_grace;
    dispatcher_.shut_down(slot, shutdown_event(reason, external_grace));
}

// Those who have had their time. Yields when to look again, `next` at the latest.
InstanceSupervisor::Clock::time_point InstanceSupervisor::clear_late(Clock::time_point next) {
    for (std::size_t slot = 0; slot < places_.size(); ++slot) {
        const auto leaves_by = places_[slot].leaves_by;
        if (leaves_by && *leaves_by <= Clock::now()) {
            drain(slot, true);
            clear(slot);  // which wakes us, if somebody waits for it
        } else if (leaves_by) {
            next = std::min(next, *leaves_by);
        }
    }
    return next;
}

// Nothing of the instance is left, its children included.
void InstanceSupervisor::clear(std::size_t slot) {
    Place gone;
    {
        const std::lock_guard lock(mutex_);
        gone = std::exchange(places_[slot], {});
    }
    gone = {};
    dispatcher_.ended(slot);
}

void InstanceSupervisor::drain(std::size_t slot, FunctionInvocation& invocation) {
    if (const ProcessPtr process = runtime(slot))
        process->drain([&](std::string_view line) { log_.printed(&invocation, line); });
}

void InstanceSupervisor::drain(std::size_t slot, bool is_last) {
    const InvocationPtr invocation = dispatcher_.invocation(slot);
    if (const ProcessPtr process = runtime(slot))
        process->drain([&](std::string_view line) { log_.printed(invocation.get(), line); },
                       is_last);
    for (const External& one : places_[slot].extensions)
        one.process->drain([&](std::string_view line) { log_.printed(nullptr, line); }, is_last);
}

std::size_t InstanceSupervisor::peak_memory(std::size_t slot) const {
    const ProcessPtr process = runtime(slot);
    return process ? process->peak_memory() : 0;
}

InstanceSupervisor::ProcessPtr InstanceSupervisor::runtime(std::size_t slot) const {
    const std::lock_guard lock(mutex_);
    return places_[slot].runtime;
}

void InstanceSupervisor::stop_all() {
    for (const InvocationPtr& invocation : dispatcher_.stop())
        if (invocation->claim()) invocation->end(host_stopped());
    bool has_internal = false, has_external = false;
    for (std::size_t slot = 0; slot < places_.size(); ++slot) {
        const bool has_extensions = dispatcher_.has_extensions(slot);
        has_external = has_external || !places_[slot].extensions.empty();
        has_internal = has_internal || has_extensions;
        dispatcher_.doom(slot);
        if (const InvocationPtr invocation = dispatcher_.invocation(slot);
            invocation && invocation->claim()) {
            log_.ended(*invocation, peak_memory(slot), "error", "the host stops");
            invocation->end(host_stopped());
        }
        if (const ProcessPtr process = runtime(slot))
            process->kill(has_extensions ? SIGTERM : SIGKILL);
    }
    const auto begun = Clock::now();
    const auto has_runtime = [&] {
        return std::any_of(places_.begin(), places_.end(),
                           [](const Place& one) { return one.runtime != nullptr; });
    };
    wait_while(has_runtime, has_external   ? runtime_grace
                            : has_internal ? internal_grace
                                           : milliseconds(0));
    for (std::size_t slot = 0; slot < places_.size(); ++slot) {
        if (const ProcessPtr process = runtime(slot)) process->kill(SIGKILL);
        for (const External& one : places_[slot].extensions)
            if (!dispatcher_.wants_shutdown(slot, one.name)) one.process->kill(SIGKILL);
        dispatcher_.shut_down(slot, shutdown_event("spindown", external_grace - runtime_grace));
    }
    const auto has_extension = [&] {
        return std::any_of(places_.begin(), places_.end(),
                           [](const Place& one) { return !one.extensions.empty(); });
    };
    wait_while(has_extension, external_grace - (Clock::now() - begun));
    for (std::size_t slot = 0; slot < places_.size(); ++slot) {
        drain(slot, true);
        clear(slot);
    }
}

void InstanceSupervisor::wait_while(const std::function<bool()>& holds, Clock::duration limit) {
    const auto until = Clock::now() + limit;
    while (holds() && Clock::now() < until)
        wait_for_news(until);
}

}  // namespace turngate::host

// The processes behind the instances of a function: starts them, reads what they print, sees how
// they end, and ends those whose time is up.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/dispatcher.h"
#include "host/execution_log.h"
#include "host/function_process.h"

namespace turngate::host {

struct SupervisorOptions {
    std::vector<std::string> command;          // the runtime
    std::vector<std::string> environment;      // "NAME=value", without AWS_LAMBDA_RUNTIME_API
    std::vector<std::string> addresses;        // of the Runtime API, one a slot
    std::vector<std::string> extensions = {};  // external ones: programs
    Instance::Limits limits = {};
    // Bytes that a runtime may have with all it has started; 0: as many as there are. It is looked
    // at a few times a second, when the dispatcher wakes us for that.
    std::size_t memory = 0;
};

// What is said about a runtime that ended: "exit status 1", "signal: killed".
std::string exit_reason(const os::ExitStatus& status);

// The name by which an external extension registers: that of its file.
std::string extension_name(std::string_view program);

// One thread does all that takes time. `dispatcher` is to wake it by wake(); it and `log` must
// outlive this.
class InstanceSupervisor {
  public:
    InstanceSupervisor(SupervisorOptions options, Dispatcher& dispatcher, ExecutionLog& log,
                       const os::WakeUp& wake);
    InstanceSupervisor(const InstanceSupervisor&) = delete;
    InstanceSupervisor& operator=(const InstanceSupervisor&) = delete;
    ~InstanceSupervisor() { stop(); }

    // From any thread: what the runtime in `slot` has printed so far is told, as of `invocation`.
    void drain(std::size_t slot, FunctionInvocation& invocation);
    // In bytes; 0: unknown.
    std::size_t peak_memory(std::size_t slot) const;

    // Ends all: with an extension there the runtime gets SIGTERM and some time, then external ones
    // a SHUTDOWN event; without, SIGKILL. Blocks for two seconds at most.
    void stop() noexcept;

  private:
    using Clock = Instance::Clock;
    using ProcessPtr = std::shared_ptr<FunctionProcess>;
    struct External {
        std::string name;
        ProcessPtr process;
    };
    struct Place {
        ProcessPtr runtime;
        std::vector<External> extensions;
        // The runtime has gone, and extensions have so long to hear of it.
        std::optional<Clock::time_point> leaves_by;
    };

    void run();
    void carry_out(const Dispatcher::Order& order);
    void start(std::size_t slot);
    void check_memory(std::size_t slot);
    void wait_for_news(Clock::time_point until);
    void look_after(std::size_t slot);
    void runtime_ended(std::size_t slot, const os::ExitStatus& status);
    void fail(std::size_t slot, std::string_view type, const std::string& message,
              const std::string& problem, std::string_view status);
    void retire(std::size_t slot, std::string_view reason);
    void clear(std::size_t slot);
    Clock::time_point clear_late(Clock::time_point next);
    void drain(std::size_t slot, bool is_last);
    void stop_all();
    void wait_while(const std::function<bool()>& holds, Clock::duration limit);
    ProcessPtr runtime(std::size_t slot) const;

    const SupervisorOptions options_;
    Dispatcher& dispatcher_;
    ExecutionLog& log_;
    const os::WakeUp& wake_;
    std::atomic<bool> is_stopping_{false};
    mutable std::mutex mutex_;   // of the runtimes in places_, which this thread alone changes
    std::vector<Place> places_;  // by slot
    std::thread thread_;
};

}  // namespace turngate::host

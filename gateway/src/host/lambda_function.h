// A function as AWS Lambda runs it: instances that ask for events by the Runtime API, started when
// there is something to do.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/dispatcher.h"
#include "host/execution_log.h"
#include "host/instance_supervisor.h"
#include "host/notice.h"
#include "host/runtime_api.h"
#include <turngate/doors/door.h>
#include <turngate/http/context.h>
#include <turngate/os/fd.h>

namespace turngate::host {

struct LambdaOptions {
    std::vector<std::string> command;          // the bootstrap, looked for in PATH, and arguments
    std::vector<std::string> environment;      // "NAME=value", without AWS_LAMBDA_RUNTIME_API
    std::vector<std::string> extensions = {};  // programs
    std::size_t instances = 1;
    Instance::Limits limits = {};
    bool throttles = false;  // more invocations than instances are refused; else they wait
    std::size_t memory = 0;  // bytes that an instance may have; 0: as many as there are
    std::string name = "function";
    std::string handler = "bootstrap";
    std::string region = "us-east-1";
    std::string account = "123456789012";
};

// Thread-safe.
class LambdaFunction {
  public:
    class Call;

    // Listens for the function's processes on a loopback port for each instance. `log` must outlive
    // this. Throws std::system_error.
    LambdaFunction(LambdaOptions options, ExecutionLog& log);
    LambdaFunction(const LambdaFunction&) = delete;
    LambdaFunction& operator=(const LambdaFunction&) = delete;
    ~LambdaFunction() { stop(); }

    const std::string& arn() const& noexcept { return arn_; }
    const std::string& arn() const&& = delete;

    // How often it has been invoked.
    std::uint64_t invocations() const noexcept { return invocations_; }

    // Ends its processes, see InstanceSupervisor::stop(). Who waits is told so; nothing more is
    // taken on.
    void stop() noexcept;

  private:
    RuntimeApi::Options api_options() const;

    const LambdaOptions options_;
    const std::string arn_;
    std::atomic<std::uint64_t> invocations_{0};
    const std::unique_ptr<ListeningDoor> door_;
    Notices notices_;  // of doors
    Notices blocking_notices_;
    os::WakeUp wake_;
    Dispatcher dispatcher_;
    InstanceSupervisor supervisor_;
    std::thread door_thread_;
};

// One invocation, for the one who wants the reply. What he does not wait for goes on without him.
class LambdaFunction::Call {
  public:
    // Invokes. Where `context` has parking, waiting holds up no thread; null: nobody can cancel it.
    // `function` and the context must outlive this.
    Call(LambdaFunction& function, InvocationInput input, const Context* context);
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

    // All instances are busy, and nobody may wait for one: nothing is invoked.
    bool is_throttled() const noexcept { return is_throttled_; }

    FunctionInvocation& invocation() const noexcept { return *invocation_; }

    // Until the reply streams, or is there; false if `until` has passed first. Throws Cancelled
    // once the context is cancelled.
    bool wait(FunctionInvocation::Clock::time_point until);

    // What is next of a reply that streams; absent once it has ended, and then there is a result().
    // Throws as wait() does.
    std::optional<std::string> next_piece();

  private:
    void check() const {
        if (context_) context_->check();
    }

    const Context* const context_;
    const InvocationPtr invocation_;
    const Notices::Lease notice_;
    bool is_throttled_ = false;
};

}  // namespace turngate::host

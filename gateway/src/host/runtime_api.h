// The Runtime API and the Extensions API: what the processes of a function talk to.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "host/dispatcher.h"
#include "host/execution_log.h"
#include "host/instance_supervisor.h"
#include "host/notice.h"
#include <turngate/doors/http.h>
#include <turngate/http/handler.h>

namespace turngate::host {

// Serves /2018-06-01/runtime/... and /2020-01-01/extension/... of all instances. Which one calls is
// told by the port that it connects to, as the Host field has it. States, texts and statuses are
// those of AWS's runtime interface emulator.
class RuntimeApi final : public Handler {
  public:
    struct Options {
        std::map<std::string, std::size_t, std::less<>> slots = {};  // by "127.0.0.1:PORT"
        Instance::Clock::duration limit = {};                        // of an invocation
        std::string arn = {};
        std::string name = {};
        std::string handler = {};
        std::string account = {};
    };

    // All must outlive this.
    RuntimeApi(Options options, Dispatcher& dispatcher, InstanceSupervisor& supervisor,
               ExecutionLog& log)
        : options_(std::move(options)),
          dispatcher_(dispatcher),
          supervisor_(supervisor),
          log_(log) {}

    void serve(Request& request, ResponseWriter& response) const override;
    bool may_migrate() const noexcept override { return true; }

  private:
    struct Call;

    void next(Call& call) const;
    void answer(Call& call, std::string_view id) const;
    void fail(Call& call, std::string_view id) const;
    void fail_init(Call& call) const;
    void restore(Call& call) const;
    void fail_restore(Call& call) const;
    bool finish(const Call& call, FunctionInvocation& invocation, InvocationResult result,
                std::string_view status = {}) const;
    InvocationResult gathered(Call& call) const;
    InvocationResult streamed(Call& call, FunctionInvocation& invocation) const;

    void enlist(Call& call) const;
    void next_event(Call& call, std::string_view identifier) const;
    void fail_extension(Call& call, std::string_view identifier, std::string_view state) const;

    const Options options_;
    Dispatcher& dispatcher_;
    InstanceSupervisor& supervisor_;
    ExecutionLog& log_;
    mutable Notices notices_;
};

// How a door is to be set up for it: long polls, streams that may be slow, and fields that only a
// runtime may send.
HttpOptions runtime_door_options(std::size_t instances);

}  // namespace turngate::host

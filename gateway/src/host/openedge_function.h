// A function of OpenEdge and the process behind it, as the function manager of OpenEdge has them.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/grpc_client.h"
#include "openedge/message.h"
#include <turngate/os/subprocess.h>

namespace turngate::host {

struct OpenEdgeFunctionOptions {
    std::vector<std::string> command;      // the entry and its arguments, before "-c"
    std::vector<std::string> environment;  // "NAME=value"
    std::string name = "function";
    std::string handler = "function.handler";
    std::string directory = ".";  // codedir
    std::chrono::milliseconds timeout{300'000};
    std::function<void(std::string text)> say;  // what becomes of the process; must not throw
};

// One instance, started with the first call and again once it has ended; it has one call at a time.
// As there, it is stopped after every call that fails. Thread-safe.
class OpenEdgeFunction {
  public:
    struct Timings {
        std::optional<std::chrono::nanoseconds> start;  // until it listened; absent: it did
        std::chrono::nanoseconds call{};
    };

    explicit OpenEdgeFunction(OpenEdgeFunctionOptions options);
    OpenEdgeFunction(const OpenEdgeFunction&) = delete;
    OpenEdgeFunction& operator=(const OpenEdgeFunction&) = delete;
    ~OpenEdgeFunction();

    // The payload of the answer. Throws openedge::GrpcError; `timings` are there all the same.
    std::string call(openedge::FunctionMessage message, Timings& timings);

    // SIGTERM, and SIGKILL after 30 seconds. The next call starts it again.
    void stop();

    // What stands behind "-c" for an instance that listens on `address`.
    static std::string configuration(const OpenEdgeFunctionOptions& options,
                                     const std::string& address);

  private:
    void start(Timings& timings);
    void end() noexcept;

    const OpenEdgeFunctionOptions options_;
    std::mutex mutex_;  // of the two below
    std::optional<os::Subprocess> process_;
    std::optional<GrpcClient> client_;
};

}  // namespace turngate::host

// A function as Vercel's Fluid compute runs it: a process that serves HTTP and tells of itself on a
// Unix socket.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/ipc_message.h"
#include "host/ledger.h"
#include <turngate/http/handler.h>
#include <turngate/os/fd.h>
#include <turngate/os/subprocess.h>

namespace turngate::host {

struct FluidOptions {
    std::string socket;                    // where the function connects to: VERCEL_IPC_PATH
    std::vector<std::string> command;      // the program, looked for in PATH, and its arguments
    std::vector<std::string> environment;  // "NAME=value", without VERCEL_IPC_PATH
};

// One instance at a time, started by the first request and again by the next one if it has ended.
// What the program prints goes to our standard error.
class FluidFunction {
  public:
    // `ledger` must outlive this. Throws std::system_error if it cannot listen.
    FluidFunction(FluidOptions options, Ledger& ledger);
    FluidFunction(const FluidFunction&) = delete;
    FluidFunction& operator=(const FluidFunction&) = delete;
    ~FluidFunction();  // stop()

    // A proxy to the function, once that has started; waits for it. Throws Error, one sentence, if
    // it does not start, and Cancelled. From any thread.
    HandlerPtr ready(const Context& context);

    // SIGTERM, and SIGKILL after the half second that the platform gives. Its last frames are read.
    void stop() noexcept;

  private:
    enum class State { none, wanted, starting, started, stopping };

    struct Peer {
        os::Fd socket;
        FrameSplitter frames;
        bool is_broken = false;
    };

    void run();
    void start();
    void wait_for_news();
    void accept();
    void receive(Peer& peer);
    void take(std::string_view frame);
    void is_serving(const IpcMessage& message);
    void check_ping(const Handler& proxy);
    void end(const std::string& how);
    void stop_process();

    const FluidOptions options_;
    Ledger& ledger_;
    os::Fd listener_;
    os::WakeUp wake_;

    // Of the thread.
    std::optional<os::Subprocess> process_;
    std::vector<std::unique_ptr<Peer>> peers_;
    Ledger::Clock::time_point begun_;

    std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::none;
    HandlerPtr proxy_;     // if started
    std::string failure_;  // why the last one has not started
    std::uint64_t failures_ = 0;

    std::thread thread_;
};

}  // namespace turngate::host

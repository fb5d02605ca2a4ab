// A process of a function: the runtime of an instance, or an external extension.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/os/fd.h>
#include <turngate/os/subprocess.h>

namespace turngate::host {

// What it prints is told line by line. Thread-safe, except for kill() and wait().
class FunctionProcess {
  public:
    using Print = std::function<void(std::string_view line)>;

    // `command` is the program, looked for in PATH, and its arguments. Throws std::system_error.
    FunctionProcess(const std::vector<std::string>& command, std::vector<std::string> environment);
    FunctionProcess(const FunctionProcess&) = delete;
    FunctionProcess& operator=(const FunctionProcess&) = delete;

    // Readable once there is something to drain; -1 once all of it has been closed.
    int output_fd() const;
    int exit_fd() const noexcept { return process_->exit_fd(); }

    // Tells what has been printed so far, as far as that is not very much: it may print faster than
    // anybody can read. With `is_last`, half a line, too.
    void drain(const Print& print, bool is_last = false);

    // To all that it has started; by SIGKILL also to what has left its group.
    void kill(int signal) const noexcept;
    // How it ended; absent if it has not.
    std::optional<os::ExitStatus> wait() { return process_->wait(std::chrono::milliseconds(0)); }

    // What it has of memory now, in bytes, its children included; 0: unknown.
    std::size_t memory() noexcept;
    // What it had at most, as far as that was asked, and of itself alone what it ever had. Looked
    // at a few times a second only, for it costs as much as a tenth of a short invocation.
    std::size_t peak_memory() noexcept;

  private:
    mutable std::mutex mutex_;  // of the two below
    os::Fd output_;             // of both its streams: what it prints stays in order
    std::string line_;          // that has not ended yet
    std::optional<os::Subprocess> process_;

    std::mutex memory_mutex_;  // of what follows
    std::size_t peak_ = 0;
    std::chrono::steady_clock::time_point looked_{};
};

}  // namespace turngate::host

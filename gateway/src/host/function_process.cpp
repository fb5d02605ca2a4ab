#include "host/function_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <unistd.h>
#include <utility>

#include "host/process_memory.h"

namespace turngate::host {
namespace {

constexpr std::size_t longest_line = 64 * 1024;  // a longer one is told in parts
constexpr int blocks_at_once = 16;
constexpr std::chrono::milliseconds between_looks{100};  // at its memory

}  // namespace

FunctionProcess::FunctionProcess(const std::vector<std::string>& command,
                                 std::vector<std::string> environment) {
    os::Pipe pipe = os::make_pipe();
    // The shell looks for the program in PATH, and says so if it is not there.
    os::Command shell{.program = "/bin/sh",
                      .arguments = {"-c", "exec \"$0\" \"$@\""},
                      .environment = std::move(environment),
                      .output = pipe.write.get()};
    shell.arguments.insert(shell.arguments.end(), command.begin(), command.end());
    process_.emplace(shell);
    os::set_nonblocking(pipe.read.get());
    output_ = std::move(pipe.read);
}

int FunctionProcess::output_fd() const {
    const std::lock_guard lock(mutex_);
    return output_.get();
}

void FunctionProcess::drain(const Print& print, bool is_last) {
    const std::lock_guard lock(mutex_);
    std::array<char, 16 * 1024> block;
    for (int i = 0; output_ && i < blocks_at_once; ++i) {
        const ssize_t size = ::read(output_.get(), block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) break;
        if (size <= 0) {
            output_.reset();
            break;
        }
        std::string_view rest(block.data(), static_cast<std::size_t>(size));
        for (std::size_t end = 0; (end = rest.find('\n')) != rest.npos;
             rest.remove_prefix(end + 1)) {
            line_ += rest.substr(0, end);
            print(std::exchange(line_, {}));
        }
        line_ += rest;
        if (line_.size() >= longest_line) print(std::exchange(line_, {}));
        if (static_cast<std::size_t>(size) < block.size()) break;
    }
    if ((is_last || !output_) && !line_.empty()) print(std::exchange(line_, {}));
}

void FunctionProcess::kill(int signal) const noexcept {
    std::vector<pid_t> others;
    try {
        if (signal == SIGKILL) others = descendants(process_->pid());
    } catch (const std::bad_alloc&) {  // those of the group, then
    }
    process_->kill(signal);
    for (const pid_t other : others)
        ::kill(other, signal);
}

std::size_t FunctionProcess::memory() noexcept {
    const std::size_t now = resident_memory(process_->pid());
    const std::lock_guard lock(memory_mutex_);
    peak_ = std::max(peak_, now);
    return now;
}

std::size_t FunctionProcess::peak_memory() noexcept {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(memory_mutex_);
    if (peak_ == 0 || now - looked_ >= between_looks) {
        peak_ = std::max(peak_, host::peak_memory(process_->pid()));
        looked_ = now;
    }
    return peak_;
}

}  // namespace turngate::host

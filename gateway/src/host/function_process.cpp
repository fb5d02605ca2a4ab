#include "host/function_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace turngate::host {
namespace {

constexpr std::size_t longest_line = 64 * 1024;  // a longer one is told in parts
constexpr int blocks_at_once = 16;

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
    const std::string path = "/proc/" + std::to_string(process_->pid()) + "/status";
    status_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
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

std::size_t FunctionProcess::peak_memory() const noexcept {
    std::array<char, 2048> text;
    const ssize_t size = status_ ? ::pread(status_.get(), text.data(), text.size(), 0) : -1;
    if (size <= 0) return 0;
    const std::string_view all(text.data(), static_cast<std::size_t>(size));
    constexpr std::string_view name = "\nVmHWM:";
    const std::size_t at = all.find(name);
    if (at == all.npos) return 0;
    std::string_view rest = all.substr(at + name.size());
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t")));
    std::size_t kilobytes = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), kilobytes);
    return kilobytes << 10;
}

}  // namespace turngate::host

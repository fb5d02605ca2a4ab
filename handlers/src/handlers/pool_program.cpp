#include "pool_program.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <stdlib.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "program_environment.h"
#include "readiness_probe.h"
#include "spool_file.h"
#include <turngate/handlers/open_handler.h>

namespace turngate {
namespace {

bool is_readable(int fd) {
    return wait_for_any(std::array{fd}, std::chrono::steady_clock::now());
}

}  // namespace

SocketDirectory::SocketDirectory() : path_(temporary_directory() + "/turngate-XXXXXX") {
    if (!::mkdtemp(path_.data()))
        throw BadSetting("cannot make a directory for sockets in " + temporary_directory() + ": " +
                         std::generic_category().message(errno) +
                         "; the variable TMPDIR names another place");
}

SocketDirectory::~SocketDirectory() {
    ::rmdir(path_.c_str());
}

PoolSocket::PoolSocket(std::string path)
    : address_{.path = std::move(path)}, fd_(os::listen_on(address_)) {}

PoolSocket::~PoolSocket() {
    ::unlink(address_.path.c_str());
}

PoolProgram::PoolProgram(const std::string& command, const PoolSocket& socket, ProgramGuard& guard,
                         std::function<void(std::string_view line)> log)
    : output_pipe_(log ? os::make_pipe() : os::Pipe()),
      child_({.program = "/bin/sh",
              .arguments = {"-c", command},
              .environment = environment_without({}),
              .output = log ? output_pipe_.write.get() : STDOUT_FILENO,
              .error = log ? output_pipe_.write.get() : STDERR_FILENO,
              .input = socket.fd()}),
      socket_(socket),
      guard_(guard),
      output_(std::move(output_pipe_.read)),
      lines_([this, log = std::move(log)](std::string_view line) {
          log("child " + std::to_string(child_.pid()) + ": " + std::string(line));
      }) {
    output_pipe_.write.reset();
    if (output_) os::set_nonblocking(output_.get());
    guard_.add(child_.pid());
}

PoolProgram::~PoolProgram() {
    child_.kill(SIGKILL);
    guard_.remove(child_.pid());
    lines_.finish();
}

bool PoolProgram::has_ended() const {
    return is_readable(child_.exit_fd());
}

void PoolProgram::pass_output() {
    constexpr int most_blocks = 16;  // a turn, so that one that never stops does not hold up others
    std::array<char, 4096> block;
    for (int n = 0; n < most_blocks && output_; ++n) {
        const ssize_t got = ::read(output_.get(), block.data(), block.size());
        if (got > 0)
            lines_.feed(std::string_view(block.data(), static_cast<std::size_t>(got)));
        else if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        else
            output_.reset();
    }
}

void PoolProgram::ask() {
    try {
        question_ = os::connect_to(socket_.address(), std::chrono::milliseconds(0));
        ::shutdown(question_.get(), SHUT_WR);
    } catch (const std::system_error&) {
        question_.reset();  // its backlog is full
    }
}

bool PoolProgram::has_answered() const {
    return question_ && is_readable(question_.get());
}

}  // namespace turngate

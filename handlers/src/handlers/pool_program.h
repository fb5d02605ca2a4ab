// One run of a program that takes connections from its descriptor 0.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "line_log.h"
#include "program_guard.h"
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>
#include <turngate/os/subprocess.h>

namespace turngate {

// A directory of ours alone, for sockets; removed in the end.
class SocketDirectory {
  public:
    SocketDirectory();  // throws BadSetting
    SocketDirectory(const SocketDirectory&) = delete;
    SocketDirectory& operator=(const SocketDirectory&) = delete;
    ~SocketDirectory();

    const std::string& path() const noexcept { return path_; }
    std::string next_socket() { return path_ + '/' + std::to_string(++count_); }

  private:
    std::string path_;
    std::size_t count_ = 0;
};

// A socket that is listened on by us, so that connections wait in its backlog while the program
// that is to take them is started again.
class PoolSocket {
  public:
    explicit PoolSocket(std::string path);  // throws std::system_error
    PoolSocket(const PoolSocket&) = delete;
    PoolSocket& operator=(const PoolSocket&) = delete;
    ~PoolSocket();

    const os::Address& address() const noexcept { return address_; }
    int fd() const noexcept { return fd_.get(); }

  private:
    const os::Address address_;
    const os::Fd fd_;
};

// For one thread.
class PoolProgram {
  public:
    // `log` gets the lines it prints, as "child 4711: text"; without one its output and error are
    // ours. `guard` and `socket` must outlive this. Throws std::system_error.
    PoolProgram(const std::string& command, const PoolSocket& socket, ProgramGuard& guard,
                std::function<void(std::string_view line)> log);
    PoolProgram(const PoolProgram&) = delete;
    PoolProgram& operator=(const PoolProgram&) = delete;
    ~PoolProgram();  // kills the group

    pid_t pid() const noexcept { return child_.pid(); }

    // Readable once the program has ended.
    int exit_fd() const noexcept { return child_.exit_fd(); }
    bool has_ended() const;
    os::ExitStatus exit_status() { return *child_.wait(); }  // REQUIRES: has_ended()

    void kill(int signal) const noexcept { child_.kill(signal); }
    bool group_ended() const { return child_.group_ended(); }

    // Logs what it has printed. output_fd() is readable when there is some, and -1 at the end, and
    // where nothing is logged.
    void pass_output();
    int output_fd() const noexcept { return output_.get(); }

    // Asks whether it takes a connection, by one that ends without a word: any FastCGI program
    // closes it as soon as it has come to it, behind what it is busy with.
    void ask();
    bool is_asked() const noexcept { return static_cast<bool>(question_); }
    int answer_fd() const noexcept { return question_.get(); }  // readable with the answer, or -1
    bool has_answered() const;
    void end_question() noexcept { question_.reset(); }

  private:
    os::Pipe output_pipe_;
    os::Subprocess child_;
    const PoolSocket& socket_;
    ProgramGuard& guard_;
    os::Fd output_;
    LineLog lines_;
    os::Fd question_;
};

}  // namespace turngate

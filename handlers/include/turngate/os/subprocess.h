// Child processes: started with three pipes, killed with everything they started, never left as
// zombies.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include <turngate/os/fd.h>

namespace turngate::os {

struct Command {
    std::string program;                        // a path; PATH is not searched
    std::vector<std::string> arguments = {};    // after the program's own name
    std::vector<std::string> environment = {};  // "NAME=value"; exactly these, nothing is inherited
    std::string directory = {};                 // where it runs; empty: here

    // Descriptors of ours that its output and error go to, as they are, both to `output` if there
    // is no `error`; its input is empty then, or `input`. No `output`: pipes.
    std::optional<int> output = {};
    std::optional<int> error = {};

    // A descriptor of ours that becomes its input, such as a socket that it is to accept from.
    std::optional<int> input = {};
};

// `text` as one word of a command for /bin/sh.
std::string shell_word(std::string_view text);

// What this program was called with, a NUL behind each word; empty where /proc is not there. Throws
// std::system_error.
std::string own_command_line();

struct ExitStatus {
    int code = 0;    // what it returned, when signal is 0
    int signal = 0;  // what killed it

    bool success() const noexcept { return code == 0 && signal == 0; }
};

// "exited with status 3", "was killed by SIGSEGV (Segmentation fault)".
std::string describe(const ExitStatus& status);

// One running child. It leads a session and process group of its own, so that it is stopped
// together with its own children; what is to outlive it must leave the group by setsid(). It has no
// descriptor but its three standard streams, default signal handling, and dies when this process
// dies (PR_SET_PDEATHSIG).
//
// Not thread-safe, except that the descriptors may be used by different threads.
class Subprocess {
  public:
    // Throws std::system_error when it cannot be started, with the errno of execve(). All children
    // are started by one thread of this process that lives as long as it: the parent death signal
    // is sent when the thread that started a child ends.
    explicit Subprocess(const Command& command);
    Subprocess(Subprocess&&) noexcept = default;
    Subprocess& operator=(Subprocess&&) = delete;
    ~Subprocess();  // kills the group (SIGKILL) and reaps the child

    // Blocking ends of the child's standard input, output and error. Close `in` to end its input.
    // Empty where Command::output is set; `in` where Command::input is, too.
    Fd in;
    Fd out;
    Fd err;

    pid_t pid() const noexcept { return pid_; }

    // Readable as soon as the child has ended: for poll().
    int exit_fd() const noexcept { return exit_.get(); }

    // Sends `signal` to the child and all of its group.
    void kill(int signal) const noexcept;

    // Waits until the child has ended; absent if it has not after `timeout`. The rest of its group
    // lives on until the destructor. Without a timeout it does not return before.
    std::optional<ExitStatus> wait(std::optional<std::chrono::milliseconds> timeout = {});

    // True once every process of the group has ended. Looks through /proc.
    bool group_ended() const;

    // SIGTERM, and SIGKILL for whoever is there after `grace`. Blocks for `grace` at most.
    ExitStatus stop(std::chrono::milliseconds grace);

  private:
    pid_t pid_ = -1;
    Fd exit_;
    std::optional<ExitStatus> status_;
};

}  // namespace turngate::os

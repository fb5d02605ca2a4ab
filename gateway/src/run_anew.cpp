#include "run_anew.h"

#include <csignal>
#include <exception>
#include <string>
#include <unistd.h>
#include <vector>

#include "report/capture.h"
#include "signals.h"
#include <turngate/os/subprocess.h>

namespace turngate {

void run_anew(int out, int errors) noexcept try {
    std::string words = os::own_command_line();
    std::vector<char*> arguments;
    if (words.empty()) words += '\0';
    for (std::size_t at = 0; at < words.size(); at = words.find('\0', at) + 1)
        arguments.push_back(words.data() + at);
    arguments.push_back(nullptr);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    // The mask of the thread that does this would be that of the program.
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::execve("/proc/self/exe", arguments.data(), environ);
} catch (const std::exception&) {  // the caller ends
}

void renew_process(int out, int errors) noexcept {
    OutputCapture::tell_rest_of_process();
    if (!is_told_to_stop()) run_anew(out, errors);
    ::_exit(is_told_to_stop() ? 0 : 1);
}

}  // namespace turngate

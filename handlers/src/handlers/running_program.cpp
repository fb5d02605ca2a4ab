#include "running_program.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <poll.h>
#include <stdexcept>
#include <system_error>

#include "program_environment.h"

namespace turngate {
namespace {

// Where the program is to listen. The port is bound and let go, so that one which is taken is told
// from a program that does not answer, and so that it is not another server that answers for it.
os::Address choose_address(const SpawnOptions& options) {
    const bool bare_ipv6 = options.host.find(':') != options.host.npos && options.host[0] != '[';
    const std::string host = bare_ipv6 ? '[' + options.host + ']' : options.host;
    try {
        os::Address address = os::Address::parse(host + ':' + std::to_string(options.port));
        const os::Fd listener = os::listen_on(address);
        address.port = os::local_address(listener.get()).port;
        return address;
    } catch (const std::invalid_argument& e) {
        throw Error("the program \"" + options.command + "\" cannot be started: " + e.what());
    } catch (const std::system_error& e) {
        throw Error("the program \"" + options.command + "\" cannot be started: " + e.what());
    }
}

// Ours, with PORT and HOST for the program.
std::vector<std::string> environment(const os::Address& address) {
    std::vector<std::string> out = environment_without({"PORT", "HOST"});
    out.push_back("PORT=" + std::to_string(address.port));
    out.push_back("HOST=" + address.host);
    return out;
}

}  // namespace

RunningProgram::RunningProgram(const SpawnOptions& options)
    : address_(choose_address(options)),
      child_({.program = "/bin/sh",
              .arguments = {"-c", options.command},
              .environment = environment(address_),
              .output = options.output,
              .error = options.error}) {
    guard_.add(child_.pid());
}

RunningProgram::~RunningProgram() {
    child_.kill(SIGKILL);
    guard_.remove(child_.pid());
}

void RunningProgram::stop(std::chrono::milliseconds grace) {
    const auto until = std::chrono::steady_clock::now() + grace;
    child_.kill(SIGTERM);
    if (!child_.wait(grace)) return child_.kill(SIGKILL);
    // What the shell has started may take its time, too; nothing tells when it has ended.
    while (!child_.group_ended() && std::chrono::steady_clock::now() < until)
        ::poll(nullptr, 0, 5);
    child_.kill(SIGKILL);
}

}  // namespace turngate

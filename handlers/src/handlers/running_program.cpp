#include "running_program.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace turngate {
namespace {

constexpr const char* shell = "/bin/sh";

// The guard kills when its input ends. The reader is a child of the guard's shell, because the
// shell itself has a parent death signal.
constexpr const char* guard_script =
    "exec 3<&0; { read -r line; kill -KILL \"-$1\"; } <&3 3<&- 2>/dev/null & exec 3<&- </dev/null; "
    "wait";

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
    std::vector<std::string> out;
    for (char** one = ::environ; one && *one; ++one) {
        const std::string_view variable = *one;
        if (!variable.starts_with("PORT=") && !variable.starts_with("HOST="))
            out.emplace_back(variable);
    }
    out.push_back("PORT=" + std::to_string(address.port));
    out.push_back("HOST=" + address.host);
    return out;
}

}  // namespace

RunningProgram::RunningProgram(const SpawnOptions& options)
    : address_(choose_address(options)),
      child_({shell, {"-c", options.command}, environment(address_), {}, options.output}),
      guard_({shell, {"-c", guard_script, "turngate-guard", std::to_string(child_.pid())}}) {}

RunningProgram::~RunningProgram() {
    // The guard goes first and in order, leaving no orphan: the number of the group is ours until
    // the child is reaped.
    child_.kill(SIGKILL);
    guard_.in.reset();
    try {
        guard_.wait(std::chrono::seconds(2));
    } catch (const std::system_error&) {
        // Its destructor kills it.
    }
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

// Asks a program once whether it is ready.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include <turngate/handlers/spawned_upstream.h>
#include <turngate/os/socket.h>

namespace turngate {

// Waits until one of `fds` is readable; false if none was before `until`.
bool wait_for_any(std::span<const int> fds, std::chrono::steady_clock::time_point until);

class ReadinessProbe {
  public:
    // One try takes no longer than this: a connection may have got lost with a listener that the
    // program has opened twice.
    static constexpr std::chrono::seconds longest_try{10};

    // `address` is that of the program; both are kept by reference.
    ReadinessProbe(const Readiness& readiness, const os::Address& address);

    // "GET http://127.0.0.1:80/" or "127.0.0.1:80"
    const std::string& name() const noexcept { return name_; }

    // Absent if the program is ready, else what is missing: "answered 503". Gives up at `until`,
    // and as soon as one of `ends` is readable.
    std::optional<std::string> missing(std::span<const int> ends,
                                       std::chrono::steady_clock::time_point until) const;

  private:
    std::optional<std::string> ask(int socket, std::span<const int> ends,
                                   std::chrono::steady_clock::time_point until) const;

    const Readiness& readiness_;
    os::Address address_;
    std::string name_;
};

}  // namespace turngate

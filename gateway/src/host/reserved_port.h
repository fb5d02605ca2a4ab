// A port of this machine for a program that is to be started.
#pragma once

#include <cstdint>

#include <turngate/os/fd.h>

namespace turngate::host {

// Keeps a port of 127.0.0.1 for as long as it lives: the kernel gives it to nobody who asks for
// any, nor connects from it, and whoever binds it by its number with SO_REUSEADDR, as servers do,
// may listen there.
class ReservedPort {
  public:
    // `port` 0: any that is free. Throws std::system_error that names it if somebody listens there.
    explicit ReservedPort(std::uint16_t port = 0);

    std::uint16_t port() const noexcept { return port_; }

  private:
    os::Fd socket_;
    std::uint16_t port_;
};

}  // namespace turngate::host

// Where servers that a parent has started say that they are ready: the parent's side of
// sd_notify().
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include <turngate/os/fd.h>

namespace turngate::watch {

class ReadySocket {
  public:
    ReadySocket();  // throws std::system_error

    int fd() const noexcept { return socket_.get(); }

    // For NOTIFY_SOCKET: an abstract address, "@00f3a".
    const std::string& address() const noexcept { return address_; }

    // Who has said READY=1, as the kernel knows it; other words are passed over. Absent when nobody
    // has said it yet. Does not wait.
    std::optional<pid_t> take();

  private:
    os::Fd socket_;
    std::string address_;
};

}  // namespace turngate::watch

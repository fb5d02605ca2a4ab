// The sockets on which a door listens.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/doors/http.h>
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

namespace turngate::net {

// For one thread at a time.
class Listeners {
  public:
    // Opens those of `options`, or takes over the inherited ones. A Unix socket that is opened has
    // `access`; `busy`, which outlives this, is told who comes while there are
    // no descriptors. Throws as
    // http_door() does.
    explicit Listeners(const HttpOptions& options, std::string_view busy = {},
                       const os::SocketAccess& access = {});

    std::vector<std::string> addresses() const { return addresses_; }
    std::size_t size() const noexcept { return fds_.size(); }
    int fd(std::size_t index) const noexcept { return fds_[index].get(); }

    // Clients come by a Unix socket.
    bool is_local(std::size_t index) const noexcept { return is_local_[index]; }

    // Puts them into `epoll`, each under its index and for one event: arm() is for the next.
    void begin(int epoll) const;
    // False if the system does not.
    [[nodiscard]] bool arm(int epoll, std::size_t index) const noexcept;

    // The next connection, which does not block; empty if there is none. When the process is out of
    // descriptors, who comes is turned away and `is_short` is set.
    os::Fd accept(std::size_t index, bool& is_short);

    // From now on nobody new can connect to what was opened here; who has, and who is about to, is
    // still to be accepted. Removes the files of Unix sockets.
    void admit_nobody() noexcept;

    // Who has connected and was not accepted is turned away by the kernel.
    void close() noexcept;

    // Sends `busy` to the client of `fd`, and closes it.
    static void turn_away(os::Fd fd, std::string_view busy) noexcept;

  private:
    const std::string_view busy_;
    std::vector<os::Fd> fds_;
    std::vector<std::string> addresses_;
    std::vector<bool> is_local_;
    std::vector<std::string> paths_;  // of Unix sockets, to be removed
    bool are_ours_ = false;           // rather than inherited, and so shared
    os::Fd reserve_;                  // given up to accept, and refuse, one more connection
};

}  // namespace turngate::net

// Sockets with SO_REUSEADDR share a port as long as none of them listens there (socket(7)).
#include "host/reserved_port.h"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <system_error>

#include <turngate/os/socket.h>

namespace turngate::host {

ReservedPort::ReservedPort(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!socket_ || ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(),
                                "cannot have port " + std::to_string(port) + " of 127.0.0.1");
    port_ = static_cast<std::uint16_t>(os::local_address(socket_.get()).port);
}

}  // namespace turngate::host

#include "watch/ready_socket.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

#include <turngate/http/field_list.h>

namespace turngate::watch {
namespace {

[[noreturn]] void fail() {
    throw std::system_error(errno, std::generic_category(), "cannot wait for a server to start");
}

}  // namespace

ReadySocket::ReadySocket()
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const int on = 1;
    // An address of no length: the kernel chooses an abstract name that nobody has.
    if (!socket_ ||
        ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)) != 0 ||
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        fail();
    socklen_t size = sizeof address;
    if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) fail();
    const std::size_t length = size - offsetof(sockaddr_un, sun_path);
    address_ = '@' + std::string(address.sun_path + 1, length - 1);
}

std::optional<pid_t> ReadySocket::take() {
    while (true) {
        std::array<char, 4096> text;
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control;
        iovec part{text.data(), text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return std::nullopt;
        ucred who{};
        for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
                std::memcpy(&who, CMSG_DATA(c), sizeof who);
        std::string_view lines(text.data(), static_cast<std::size_t>(size));
        while (!lines.empty())
            if (take_element(lines, '\n') == "READY=1" && who.pid > 0) return who.pid;
    }
}

}  // namespace turngate::watch

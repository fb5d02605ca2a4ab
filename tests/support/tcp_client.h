// Clients of a door that do with their TCP connection what well-behaved ones do not.
#pragma once

#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "support/served.h"
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

namespace turngate::test {

// Every byte tells its place, so that one that is lost, doubled or moved is seen.
inline std::string pattern(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>('a' + i % 25 + i / 65536 % 2);
    return out;
}

// Ends the connection at once, as who has crashed does.
inline void reset(os::Fd& fd) {
    const linger now = {1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd.reset();
}

// A connection with room for so many bytes that come; the kernel has a least.
inline os::Fd connect_with_receive_buffer(const Served& served, int size) {
    const os::Address address = os::Address::parse(served.door().addresses().at(0));
    os::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(address.port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST_REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    return fd;
}

}  // namespace turngate::test
